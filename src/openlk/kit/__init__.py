"""Pure helpers without tables: time, money, names, contacts, secrets, discovery, HTTP with deadlines."""
