"""What this room offers to the customer's shell."""

from openlk.look.section import Section

# The money panel on the home page; it gets its own menu entry when there is a page behind it.
SECTIONS = [Section(key="money", title="Деньги", icon="wallet")]
