"""Addresses of the people room: signing in, one's own sign-in, stations, staff, clinic, ledger, patients."""

from django.urls import URLPattern, URLResolver, include, path

from reverie.clinic.people import views_ledger, views_links, views_lock, views_own, views_sign_in, views_staff

urlpatterns: list[URLPattern | URLResolver] = [
    # before signing in
    path("account/login/", views_sign_in.login, name="account_login"),
    path("account/login/second-step/", views_sign_in.authenticate, name="mfa_authenticate"),
    path("account/login/passkey/", views_sign_in.passkey_login, name="mfa_login_webauthn"),
    path("account/login/demo/", views_sign_in.demo_sign_in, name="demo_sign_in"),
    path("account/logout/", views_sign_in.logout, name="account_logout"),
    path("start/<str:secret>/", views_links.start, name="start"),
    path("welcome/<str:secret>/", views_links.welcome, name="welcome"),
    # a station
    path("switch/", views_lock.switch, name="switch_person"),
    path("switch/<uuid:user_id>/", views_lock.switch_to, name="switch_to"),
    path("station/", views_lock.station, name="station"),
    path("station/end/", views_lock.end_station, name="end_station"),
    # the lock
    path("locked/", views_lock.locked, name="locked"),
    path("locked/unlock/", views_lock.unlock, name="unlock"),
    path("locked/idle/", views_lock.idle, name="idle"),
    # one's own sign-in
    path("account/", views_own.own_page, name="own_sign_in"),
    path("account/set-up/", views_sign_in.set_up, name="set_up"),
    path("account/prove/", views_sign_in.prove, name="prove"),
    path("account/prove/password/", views_sign_in.reauthenticate, name="account_reauthenticate"),
    path("account/prove/code/", views_sign_in.reauthenticate_code, name="mfa_reauthenticate"),
    path("account/prove/passkey/", views_sign_in.reauthenticate_passkey, name="mfa_reauthenticate_webauthn"),
    path("account/password/", views_sign_in.change_password, name="account_change_password"),
    path("account/pin/", views_own.pin, name="own_pin"),
    path("account/sign-ins/end/", views_own.end_others, name="end_other_sign_ins"),
    path("account/factors/", views_sign_in.to_own_page, name="mfa_index"),
    path("account/app/", views_sign_in.add_app, name="mfa_activate_totp"),
    path("account/app/remove/", views_sign_in.remove_app, name="mfa_deactivate_totp"),
    path("account/passkeys/", views_sign_in.to_own_page, name="mfa_list_webauthn"),
    path("account/passkeys/add/", views_sign_in.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", views_sign_in.rename_passkey, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", views_sign_in.remove_passkey, name="mfa_remove_webauthn"),
    path("account/recovery-codes/", views_sign_in.see_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", views_sign_in.new_recovery_codes, name="mfa_generate_recovery_codes"),
    # looking after the clinic
    path("staff/", views_staff.staff, name="staff"),
    path("staff/invite/", views_staff.invite, name="invite"),
    path("staff/<uuid:user_id>/", views_staff.member, name="member"),
    path("staff/<uuid:user_id>/link/<str:purpose>/", views_staff.member_link, name="member_link"),
    path("staff/<uuid:user_id>/<str:deed>/", views_staff.member_deed, name="member_deed"),
    path("clinic/", views_staff.clinic, name="clinic"),
    path("clinic/chairs/<uuid:chair_id>/", views_staff.chair, name="chair"),
    path("ledger/", views_ledger.ledger_page, name="ledger"),
    path("", include("reverie.clinic.people.patients.urls")),
]
