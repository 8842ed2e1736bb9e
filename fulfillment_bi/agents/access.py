"""Whose questions an agent asks: over HTTP those of its key, whose scope narrows every answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import anyio.to_thread
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from pydantic import AnyHttpUrl

from fulfillment_bi.errors import UsageError
from fulfillment_bi.journal.accounts import Account
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.sessions import account_of_token, find_token
from fulfillment_bi.workspace import Workspace


def account_of_key(journal: Journal, key: str) -> Account | None:
    """The account of an API key; None when it does not work, or is a screen's."""
    token = find_token(journal, key, datetime.now(UTC).replace(tzinfo=None))
    return account_of_token(token) if token is not None and token.kind == "api" else None


def narrowed(workspace: Workspace, key: str) -> Workspace:
    """The workspace as this key may see it; without a key, whole. Raises UsageError for a key that does not work."""
    if not key:
        return workspace
    account = account_of_key(Journal(workspace.settings.home), key)
    if account is None:
        raise UsageError("This access key does not work.", where="FBI_TOKEN", hint="`fbi tokens list` shows the keys.")
    return workspace.scoped(account.scope)


@dataclass(frozen=True)
class KeyVerifier:
    """Bearer keys are API keys of the product."""

    journal: Journal

    async def verify_token(self, token: str) -> AccessToken | None:
        """The key's access, None when it does not work."""
        account = await anyio.to_thread.run_sync(account_of_key, self.journal, token)
        return None if account is None else AccessToken(token=token, client_id=account.name, scopes=[account.role])


def key_asker(workspace: Workspace) -> Workspace:
    """The workspace of the key of the request that is answered now; raises UsageError without one."""
    access = get_access_token()
    if access is None:
        raise UsageError("An access key is needed.", hint="Send it as `Authorization: Bearer KEY`.")
    return narrowed(workspace, access.token)


def auth_settings(address: str) -> AuthSettings:
    """What the server says about itself to a client without a key."""
    return AuthSettings(issuer_url=AnyHttpUrl(address), resource_server_url=AnyHttpUrl(address))
