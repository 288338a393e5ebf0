from openlk.cabinets.loading import Cabinet
from tests.support.people import make_person
from tests.support.plain_browser import Browser
from tests.support.registering import logged_in, registered


def test_smoke(documents: None, cabinet: Cabinet) -> None:
    person = make_person(cabinet)
    browser = Browser()
    done = registered(browser, person)
    assert "Личный кабинет создан" in done.text, done.text
    home = logged_in(browser, person)
    print(home.status, home.address, browser.jar)
    print(browser.get("/alpha/me/").headers)
    print(browser.get("/alpha/nosuch").status, browser.get("/nosuch").status, browser.get("/").status)
    print(browser.get("/alpha/readyz").text, browser.get("/readyz").text)
    assert 0
