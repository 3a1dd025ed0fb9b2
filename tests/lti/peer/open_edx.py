"""A real LTI 1.3 platform for tests: Open edX's own (lti-consumer-xblock), on a loopback port.

Run by the interpreter of an environment that has that package; nothing of ours is imported here.
What edx-platform itself would give it (a course, its people, its gradebook) is put in its place
at the one seam that the package has for that, ``lti_consumer.plugin.compat``.

Usage: python open_edx.py TOOL_BASE FOLDER  →  one line of JSON, then it serves until stdin ends.
"""

import json
import logging
import os
import sys
import threading
import types
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings

TOOL, FOLDER = sys.argv[1], Path(sys.argv[2])
LOCATION = "block-v1:edX+DL+2026+type@lti_consumer+block@midterm"
PEOPLE = {
    "1": {"username": "ada", "name": "Ada Lovelace", "email": "ada@example.edu", "roles": ["student"]},
    "2": {"username": "bob", "name": "Bob, Jr.", "email": "bob@example.edu", "roles": ["student"]},
    "3": {"username": "eve", "name": "Eve", "email": "eve@example.edu", "roles": ["instructor"]},
}  # fmt: skip
PUBLISHED = []


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def configure(base):
    settings.configure(
        DEBUG=False,
        SECRET_KEY="of a test",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="urls_of_the_peer",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(FOLDER / "edx.sqlite3"),
                "OPTIONS": {"timeout": 30},
            }
        },
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "lti_consumer",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        PLATFORM_NAME="Open edX of a test",
        LMS_ROOT_URL=base,
        LTI_API_BASE=base,
        LEARNING_MICROFRONTEND_URL=base,
        USAGE_ID_PATTERN=r"(?P<usage_id>(?:[^/]+))",
        FEATURES={},
    )
    django.setup()
    if not os.environ.get("PEER_LOUD"):
        logging.disable(logging.CRITICAL)


def stand_in_for_edx_platform():
    """The course, its people and its gradebook, which the package asks edx-platform for."""
    from django.contrib.auth import get_user_model
    from lti_consumer.plugin import compat

    def members(_):
        return {key: {"id": int(key), **who} for key, who in PEOPLE.items()}

    def external_ids(_):
        return {
            key: types.SimpleNamespace(external_user_id=f"user-{who['username']}")
            for key, who in PEOPLE.items()
        }

    class Block:
        has_score, accept_grades_past_due = True, True
        scope_ids = types.SimpleNamespace(usage_id=LOCATION)

        def is_past_due(self):
            return False

        def max_score(self):
            return 1.0

        def set_user_module_score(self, user, score, maximum, comment):
            PUBLISHED.append({"user": user, "score": score, "maximum": maximum, "comment": comment})

    compat.get_course_members = members
    compat.batch_get_or_create_externalids = external_ids
    compat.load_block_as_user = lambda _: Block()
    compat.get_user_from_external_user_id = lambda text: text
    compat.user_has_studio_write_access = lambda user, _: user.is_staff
    return get_user_model()


def urls(config):
    """The package's own addresses, and some for tests: begin a launch, look into the database."""
    from django.contrib.auth import get_user_model, login
    from django.http import HttpResponseRedirect, JsonResponse
    from django.urls import include, path
    from lti_consumer.data import Lti1p3LaunchData
    from lti_consumer.models import LtiAgsLineItem, LtiAgsScore, LtiDlContentItem

    def begin(request):
        who = request.GET["user"]
        message = request.GET.get("message", "LtiResourceLinkRequest")
        person = next(one for one in PEOPLE.values() if one["username"] == who)
        data = Lti1p3LaunchData(
            user_id=who,
            external_user_id=f"user-{who}",
            user_role=person["roles"][0],
            config_id=config.config_id,
            resource_link_id=LOCATION,
            name=person["name"],
            email=person["email"],
            context_id="course-v1:edX+DL+2026",
            context_type=["course_offering"],
            context_title="Deep learning",
            message_type=message,
            deep_linking_content_item_id=request.GET.get("item"),
        )
        config.refresh_from_db()
        return HttpResponseRedirect(config.get_lti_consumer().prepare_preflight_url(data))

    def staff(request):
        login(request, get_user_model().objects.get(username="eve"))
        return JsonResponse({})

    def look(_):
        return JsonResponse(
            {
                "scores": list(LtiAgsScore.objects.values()),
                "items": list(LtiAgsLineItem.objects.values("id", "label", "resource_id", "score_maximum")),
                "links": list(LtiDlContentItem.objects.values("id", "content_type", "attributes")),
                "published": PUBLISHED,
            }
        )  # fmt: skip

    module = types.ModuleType("urls_of_the_peer")
    module.urlpatterns = [
        path("api/", include("lti_consumer.plugin.urls")),
        path("_test/begin", begin),
        path("_test/staff", staff),
        path("_test/look", look),
    ]
    sys.modules["urls_of_the_peer"] = module


def registered():
    """The tool as an administrator enters it."""
    from django.contrib.auth import get_user_model
    from lti_consumer.models import CourseAllowPIISharingInLTIFlag, Lti1p3Passport, LtiConfiguration
    from opaque_keys.edx.keys import CourseKey

    get_user_model().objects.create(username="eve", is_staff=True)
    course = CourseKey.from_string("course-v1:edX+DL+2026")
    CourseAllowPIISharingInLTIFlag.objects.create(course_id=course, enabled=True)
    passport = Lti1p3Passport.objects.create(name="Grader", lti_1p3_tool_keyset_url=f"{TOOL}/lti/keys")  # fmt: skip
    return LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=LOCATION,
        lti_1p3_passport=passport,
        lti_1p3_oidc_url=f"{TOOL}/lti/login",
        lti_1p3_launch_url=f"{TOOL}/lti/launch",
        lti_1p3_redirect_uris=[f"{TOOL}/lti/launch"],
        lti_advantage_ags_mode=LtiConfiguration.LTI_ADVANTAGE_AGS_PROGRAMMATIC,
        lti_advantage_enable_nrps=True,
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=f"{TOOL}/lti/launch",
    )


def main():
    server = Server(("127.0.0.1", 0), Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    configure(base)
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    sys.modules["urls_of_the_peer"] = types.ModuleType("urls_of_the_peer")
    sys.modules["urls_of_the_peer"].urlpatterns = []
    call_command("migrate", verbosity=0, skip_checks=True)
    stand_in_for_edx_platform()
    config = registered()
    urls(config)
    server.set_app(get_wsgi_application())
    passport = config.lti_1p3_passport
    told = {
        "base": base,
        "client_id": config.lti_1p3_client_id,
        "token": f"{base}/api/lti_consumer/v1/token/{passport.passport_id}",
        "jwks": f"{base}/api/lti_consumer/v1/public_keysets/{passport.passport_id}",
        "authorization": f"{base}/api/lti_consumer/v1/launch/",
        "location": LOCATION,
    }
    print(json.dumps(told), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()  # ends with the test that started us
    os._exit(0)


if __name__ == "__main__":
    main()
