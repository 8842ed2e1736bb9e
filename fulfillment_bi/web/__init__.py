"""The web application: pages as functions of a URL, over a workspace. `create_app` is in `web.app`."""
