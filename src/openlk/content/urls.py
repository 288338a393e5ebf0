from django.urls import path

from openlk.content import views

urlpatterns = [
    path("news", views.news_page, name="news"),
    path("news/<slug:slug>", views.news_item_page, name="news_item"),
    path("documents/<slug:name>", views.document_page, name="document"),
]
