"""Buttons that balance the draws over classes, over groups, or over both, where labels are of class x group."""

from __future__ import annotations

import json

import streamlit as st

from pages.parts.my_labels.session_labels import are_own_labels, session_labels
from pages.parts.sidebar.error_messages import error_toast
from pages.parts.sidebar.parameter_widgets import set_widgets
from pages.parts.sidebar.toasts import tell
from pages.parts.text.markdown import literal
from sampler_core.plans.balanced_shares import balanced_shares, groupings_of
from sampler_core.plans.explicit_shares import SHARES
from sampler_core.plans.plan_variants import escaped_surrogates
from sampler_core.plans.target_values import TARGET

BALANCED = "balanced_groupings"  # in the session: what the last button balanced, and a hash of the shares that it set


def balance_buttons(place: str) -> None:
    """One for each grouping of the user's own labels, and one for all; nothing where there is none. place: in keys."""
    own_labels = session_labels() if are_own_labels() else None
    titles = [] if own_labels is None else list(groupings_of(own_labels.reading))
    ways = {title: (title,) for title in titles} | ({"both": tuple(titles)} if len(titles) > 1 else {})
    if not ways:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("Draw equally often:", width="content")
        for number, (way, balanced) in enumerate(ways.items()):
            st.button(literal(way), key=f"balance-{place}-{number}", on_click=_balance, args=(balanced,),
                      type="primary" if _is_on(balanced) else "secondary",
                      help=literal(f"Sets shares by which every {' and every '.join(balanced)} is drawn equally often, "
                      "the samples of each pair alike."))  # fmt: skip


def _balance(titles: tuple[str, ...]) -> None:
    if (own_labels := session_labels()) is None:
        return
    with error_toast("The shares are as they were", str):
        shares = {str(name): float(f"{share:.12g}") for name, share in
                  balanced_shares(own_labels.reading, titles).items()}  # fmt: skip
        set_widgets({TARGET.key: "shares"})
        shares_text = json.dumps(shares, ensure_ascii=False, separators=(",", ":"))
        st.session_state[SHARES.key] = escaped_surrogates(shares_text)  # and not in the URL: it names own classes
        st.session_state[BALANCED] = titles, hash(st.session_state[SHARES.key])
        tell(literal(f"Shares set, see Schedule: every {' and every '.join(titles)} equally often."))


def _is_on(titles: tuple[str, ...]) -> bool:
    """Whether the shares in use are those that the button of these groupings has set."""
    in_use = titles, hash(st.session_state.get(SHARES.key))
    return bool(st.session_state.get(TARGET.key) == "shares" and st.session_state.get(BALANCED) == in_use)
