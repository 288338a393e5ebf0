"""The nearest name helps only when it is near."""

from openlk.kit.suggest import nearest


def test_a_slip_finds_the_name_that_was_meant() -> None:
    assert nearest("regsiter", ["region", "register", "rewards"]) == "register"
    assert nearest("REGISTER", iter(["Register"])) == "Register"


def test_a_word_like_none_of_them_finds_nothing() -> None:
    assert nearest("банан", ["region", "register"]) is None
    assert nearest("банан", []) is None
