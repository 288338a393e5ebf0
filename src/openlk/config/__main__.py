from openlk.config.cli import main

main()
