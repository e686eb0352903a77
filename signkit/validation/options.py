"""What a caller may choose for a judgement, and the one composition of anchors, revocation sources and policy.

Whoever judges (validate, status, complete, deliver, the read-back after signing, card authentication, batch) takes both
from here: two commands that believe different things would give two verdicts of one file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.errors import UsageProblem
from signkit.limits import Limits
from signkit.pki.addresses import AddressRule
from signkit.pki.anchors import TrustStore, default_trust_store
from signkit.pki.policy import Policy, load_policy, shipped_policy
from signkit.settings import Settings
from signkit.validation.customers import CustomerTable
from signkit.validation.profile import ProfileName
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.pki.revocation.sources import RevocationSource
    from signkit.validation.viewing import Pictures


@dataclass(frozen=True)
class TemplateCheck:
    """Whether a contract is its template, unaltered, is to be told; it is typeset again for that.

    Attributes:
        named: the folders of the templates to compare with; none: those of ``folders``, then the shipped ones.
        folders: the user's folders of templates (`signkit.settings.Settings.template_folders`).
        font_folders: as for rendering (`signkit.settings.Settings.font_folders`).
    """

    named: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    font_folders: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ValidationOptions:
    """Options of one run.

    Attributes:
        policy: see :mod:`signkit.pki.policy`.
        trust: the anchors; the JPKI CAs where none are named.
        at: the moment to judge at; None: now.
        offline: no socket is opened; only evidence in the file and on this machine (folders, imported lists) counts.
        limits: what a single file may cost.
        identity: show the four attributes of a JPKI certificate.
        revocation: where evidence is looked for that the file does not hold.
        profile: what the file is held against beside, such as what the registry asks; see :mod:`profile_registry`.
        expect: who must have signed which field, by field; counts before what the contract says.
        template_check: see :class:`TemplateCheck`; None: not asked for.
        password: opens those files that are encrypted; the empty one is tried as well.
        customers: a table of those who are to have signed; see :mod:`signkit.validation.customers`.
        pictures: whether pages are drawn and compared: ``auto`` where more than evidence came after a signature.
    """

    policy: Policy = field(default_factory=lambda: shipped_policy("default"))
    trust: TrustStore = field(default_factory=default_trust_store)
    at: datetime | None = None
    offline: bool = False
    limits: Limits = field(default_factory=Limits)
    identity: bool = False
    revocation: Sequence[RevocationSource] = ()
    expect: Mapping[str, str] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    profile: ProfileName | None = None
    pictures: Pictures = "auto"
    template_check: TemplateCheck | None = None
    customers: CustomerTable | None = field(default=None, repr=False)

    def moment(self) -> datetime:
        """Return the moment to judge at, in UTC."""
        chosen = self.at or datetime.now(UTC)
        return chosen if chosen.tzinfo else chosen.replace(tzinfo=UTC)


def validation_options(
    settings: Settings,
    *,
    policy: str = "default",
    trust: Sequence[Path] = (),
    evidence: Sequence[Path] = (),
    at: datetime | None = None,
    offline: bool = False,
    identity: bool = False,
    expect: Mapping[str, str] | None = None,
    profile: ProfileName | None = None,
    password: str | None = None,
    pictures: Pictures = "auto",
    check_template: bool = False,
    templates: Sequence[str] = (),
    rule: AddressRule | None = None,
) -> ValidationOptions:
    """Return the options of a judgement with what the user's settings and folders hold, and what is named now.

    Args:
        policy: the name of a shipped policy, or the path of a TOML file.
        trust: certificates believed as anchors, beside those of the settings.
        evidence: folders with OCSP responses and revocation lists.
        offline: ask nobody; imported lists and folders count all the same.
        check_template: tell whether a contract is its template, unaltered; naming one in ``templates`` asks for it,
            too, and so does a policy that demands what the page shows.
        templates: the names or folders of those to compare with; none: the user's, then the shipped ones.
        rule: which of the addresses that certificates name are asked; None: all.

    Raises:
        ContractError("template-not-found", "template-invalid"): see `signkit.contracts.template.find_template`.
        InputUnreadable, TrustError("trust-anchor-unreadable"): see `signkit.pki.anchors.default_trust_store`.
        ValidationRefused("policy-unreadable", "policy-invalid"): see `signkit.pki.policy.load_policy`.
    """
    chosen = load_policy(Path(policy)) if policy.endswith(".toml") else shipped_policy(policy)
    asked = check_template or bool(templates) or chosen.party_basis == "page"
    return ValidationOptions(
        policy=chosen,
        trust=trust_store(settings, trust),
        at=at,
        offline=offline,
        identity=identity,
        revocation=revocation_sources(settings, evidence, plugins=not offline, online=not offline, rule=rule),
        expect=expect or {},
        profile=profile,
        password=password,
        pictures=pictures,
        template_check=_template_check(settings, templates) if asked else None,
    )


def _template_check(settings: Settings, templates: Sequence[str]) -> TemplateCheck:
    from signkit.contracts.template import find_template

    named = tuple(find_template(each, settings).folder for each in templates)
    return TemplateCheck(named, settings.template_folders, settings.font_folders)


def home_trust_folder(settings: Settings) -> Path:
    """Return where ``signkit trust add`` keeps CA certificates (not created here)."""
    return settings.home_folder() / "trust"


def authentication_trust_folder(settings: Settings) -> Path:
    """Return where CA certificates are kept that are believed for user authentication only (not created here)."""
    return home_trust_folder(settings) / "authentication"


def taken_from_cards(settings: Settings) -> list[Path]:
    """Return the folder of `authentication_trust_folder`, where there is one."""
    if settings.known_home() is None:
        return []
    folder = authentication_trust_folder(settings)
    return [folder] if folder.is_dir() else []


def trust_list_folder(settings: Settings) -> Path:
    """Return where imported trust lists are kept (not created here)."""
    return home_trust_folder(settings) / "lists"


def anchor_paths(settings: Settings, named: Sequence[Path] = (), *, authentication: bool = False) -> list[Path]:
    """Return what is believed beside the shipped CAs: what was added, imported, set, and is named now.

    ``rehearsal``, where no file has this name, is the kept rehearsal, as in the place of a timestamp service's address:
    its CAs for signatures, or the one for ``authentication``.

    Raises:
        UsageProblem: ``rehearsal`` is named, and none was made yet.
    """
    kept = (home_trust_folder(settings), trust_list_folder(settings)) if settings.known_home() is not None else ()
    chosen = [
        _rehearsal_file(settings, authentication) if path == _REHEARSAL and not path.exists() else path
        for path in named
    ]
    return [*(folder for folder in kept if folder.is_dir()), *settings.trust_folders, *chosen]


def trust_store(settings: Settings, named: Sequence[Path] = ()) -> TrustStore:
    """Return what is believed by these settings, and what is named now (`anchor_paths`).

    Raises:
        InputUnreadable, TrustError("trust-anchor-unreadable"): see `signkit.pki.anchors.default_trust_store`.
    """
    store = default_trust_store(anchor_paths(settings, named))
    return store if settings.believed is None else store.only(settings.believed)


_REHEARSAL = Path("rehearsal")


def _rehearsal_file(settings: Settings, authentication: bool) -> Path:
    from signkit.rehearsal.pki import AUTHENTICATION_TRUST_FILE, trust_file

    folder = settings.home_folder() / "rehearsal"
    found = folder / AUTHENTICATION_TRUST_FILE if authentication else trust_file(folder)
    if not found.exists():
        raise UsageProblem(_NO_REHEARSAL, _MAKE_REHEARSAL)
    return found


_NO_REHEARSAL = Text("There is no rehearsal to trust yet", "信頼するリハーサル用の認証局がまだありません")
_MAKE_REHEARSAL = Text(
    "It is made with the first emulated card: signkit card status --reader virtual",
    "最初に模擬カードを使うときに作られます: signkit card status --reader virtual",
)


def revocation_sources(
    settings: Settings,
    evidence: Sequence[Path] = (),
    *,
    plugins: bool,
    online: bool,
    rule: AddressRule | None = None,
) -> list[RevocationSource]:
    """Return who is asked about revocation: folders, imported lists, plug-ins, the operator, a certificate's services.

    Args:
        evidence: folders with OCSP responses and revocation lists.
        plugins: ask those of the entry-point group ``signkit.revocation``, and the platform operator of the settings;
            both may use the network.
        online: ask the services that a certificate names.
        rule: which of their addresses may be asked; None: all.

    Raises:
        InputUnreadable: the operator's key cannot be read, or others may read it.
        FileUnusable("settings-invalid"): the operator's address is none for a key.
    """
    from signkit.pki.revocation.indexed import IndexedRevocation, index_folder
    from signkit.pki.revocation.operator import operator_source
    from signkit.pki.revocation.sources import FolderRevocation, OnlineRevocation, plugin_sources

    sources: list[RevocationSource] = [FolderRevocation(folder) for folder in evidence]
    home = settings.known_home()
    if home is not None and index_folder(home).is_dir():
        sources.append(IndexedRevocation(index_folder(home)))
    if plugins:
        sources += plugin_sources()
    if plugins and settings.operator_url is not None:
        sources.append(operator_source(settings.operator_url, settings.operator_key_file, settings.network_timeout))
    if online:
        sources.append(OnlineRevocation(settings.network_timeout, rule))
    return sources
