"""What `signkit.web.desk.signing_process` needs, loaded before there is an order: to be imported, and no more."""

import signkit.library.acts
import signkit.output
import signkit.signers.card
import signkit.signers.registry
import signkit.signing.many
import signkit.signing.pades
import signkit.signing.readback
import signkit.signing.terms  # noqa: F401
