"""The web application: `python app.py` (with sample data on the first start), or `app:server` for a WSGI host."""

from __future__ import annotations

import sys

from fulfillment_bi.start import start_web, web_application

if __name__ == "__main__":
    sys.exit(start_web())

server = web_application()
