"""What the pages of people say, by the key that they say it with."""

from __future__ import annotations

from signkit.words import Text

PEOPLE_WORDS: dict[str, Text] = {
    # coming in
    "sign_in_at": Text("Sign in – {tenant}", "サインイン – {tenant}"),
    "sign_in_where": Text("Where do you sign in?", "サインイン先"),
    "sign_in_where_lead": Text(
        "Use the address that your administrator gave you, or type the company's id.",
        "管理者から案内されたアドレスを開くか、事業者の ID を入力してください。",
    ),
    "tenant_id": Text("Company's id", "事業者の ID"),
    "tenant_unknown": Text(
        "No company has this id. It stands at the end of the address that your administrator gave you.",
        "この ID の事業者はありません。ID は、管理者から案内されたアドレスの末尾にあります。",
    ),
    "other_tenant": Text("Sign in at another company", "別の事業者にサインイン"),
    "to_sign_in": Text("To sign in", "サインインの画面へ"),
    "go_there": Text("Go there", "進む"),
    "with_passkey": Text("With a passkey", "パスキーでサインイン"),
    "with_passkey_lead": Text(
        "Your device asks for your fingerprint, face or PIN; nothing is typed here.",
        "お使いの機器が指紋・顔・PIN で本人を確かめます。ここに入力するものはありません。",
    ),
    "with_password": Text("With a password and a one-time code", "パスワードと確認コードでサインイン"),
    "account_name": Text("Account name", "アカウント名"),
    "password": Text("Password", "パスワード"),
    "password_again": Text("The same password again", "パスワード（確認）"),
    "one_time_code": Text("One-time code (6 digits), or a recovery code", "確認コード（6 桁）または回復用コード"),
    "first_code": Text("The code that the app shows now (6 digits)", "アプリに表示された確認コード（6 桁）"),
    "passkey_failed": Text(
        "The device gave no passkey. Try again, or use another way.",
        "機器からパスキーを受け取れませんでした。もう一度試すか、別の方法を使ってください。",
    ),
    "needs_script": Text(
        "Passkeys need JavaScript in the browser.", "パスキーを使うにはブラウザーの JavaScript が必要です。"
    ),
    "lost_all": Text(
        "Lost everything? Ask the operator of the service for a new link.",
        "どの方法も使えないときは、サービスの運用者に新しいリンクを依頼してください。",
    ),
    "with_oidc": Text("With {provider}", "「{provider}」でサインイン"),
    "with_oidc_lead": Text(
        "For accounts that their person has linked with it; you show there who you are.",
        "ご自分のアカウントと連携済みの方が使えます。本人確認は連携先の画面で行います。",
    ),
    "oidc_go": Text("On to {provider}", "「{provider}」に移動します"),
    "oidc_go_on": Text("Go on to {provider}", "「{provider}」に進む"),
    "oidc_came": Text("You are signed in", "サインインしました"),
    # links
    "welcome_person": Text("Welcome, {name}", "{name} さん、ようこそ"),
    "invitation_lead": Text(
        "You come in to {tenant} as {role}. Choose how you sign in from now on; with that this link is used up.",
        "{tenant} の「{role}」として利用を始めます。今後のサインイン方法を選んでください。"
        "設定するとこのリンクは使えなくなります。",
    ),
    "welcome_replaces": Text(
        "If you had passkeys or a password here, they end with this.",
        "以前に登録したパスキーやパスワードがあれば、すべて無効になります。",
    ),
    "make_passkey": Text("Make a passkey on this device", "この機器でパスキーを作る"),
    "passkey_name": Text("What the device is called (may be empty)", "機器の呼び名（空でもかまいません）"),
    "make_password": Text("Use a password and an authenticator app", "パスワードと認証アプリを使う"),
    "make_password_lead": Text(
        "You need an app for one-time codes (TOTP) on a phone.", "スマートフォンの確認コード（TOTP）アプリが必要です。"
    ),
    "make_oidc": Text("Link with {provider}", "「{provider}」と連携する"),
    "make_oidc_lead": Text(
        "You show at {provider} who you are, now and each time. Your name and mail address are not asked for.",
        "今後は「{provider}」で本人確認をしてサインインします。氏名やメールアドレスは照会しません。",
    ),
    "oidc_links": Text("Linked sign-in", "外部アカウントとの連携"),
    "oidc_links_none": Text("Not linked with {provider}.", "「{provider}」とは連携していません。"),
    # the authenticator
    "set_up_codes": Text("Password and one-time codes", "パスワードと確認コードの設定"),
    "scan_this": Text(
        "1. Read this picture with the app, or type the key into it.",
        "1. 認証アプリでこの QR コードを読み取るか、キーを入力します。",
    ),
    "qr_of_key": Text("QR code of the key below", "下のキーの QR コード"),
    "key_of_codes": Text("Key", "キー"),
    "choose_password": Text("2. Choose account name and password.", "2. アカウント名とパスワードを決めます。"),
    "password_hint": Text(
        "At least {shortest} characters; a few words one after another are good.",
        "{shortest} 文字以上。いくつかの語を並べると覚えやすく安全です。",
    ),
    "keep_password": Text("Set it up", "設定する"),
    "recovery_codes": Text("Recovery codes", "回復用コード"),
    "recovery_lead": Text(
        "Keep these where only you find them; they are not shown again. Each stands for a one-time code, once.",
        "本人だけが見られる場所に保管してください。再表示はできません。確認コードの代わりに、それぞれ一度だけ使えます。",
    ),
    "kept_them": Text("I have kept them", "保管しました"),
    # one's own account
    "own_account": Text("Your account", "自分のアカウント"),
    "passkeys": Text("Passkeys", "パスキー"),
    "passkeys_none": Text("You have none.", "登録されていません。"),
    "passkey_facts": Text("made {made}, last used {used}", "登録 {made}、最終使用 {used}"),
    "never": Text("never", "なし"),
    "remove": Text("Remove", "削除"),
    "remove_named": Text("remove {name}", "{name} を削除"),
    "add_passkey": Text("Add a passkey", "パスキーを追加する"),
    "password_set": Text(
        "Account name {login}, set on {day}; {count} recovery codes are left.",
        "アカウント名 {login}（{day} に設定）。回復用コードの残り {count} 個。",
    ),
    "password_none": Text("You have none; a passkey is enough.", "設定されていません。パスキーがあれば不要です。"),
    "set_password": Text("Set a password", "パスワードを設定する"),
    "replace_password": Text("Set a new one", "設定し直す"),
    "new_recovery": Text("New recovery codes", "回復用コードを作り直す"),
    "where_in": Text("Where you are signed in", "サインイン中のブラウザー"),
    "session_facts": Text("since {begun}, last seen {seen}", "{begun} から、最終操作 {seen}"),
    "session_here": Text("this one", "このブラウザー"),
    "end_others": Text("Sign out everywhere else", "ほかのブラウザーをすべてサインアウトする"),
    "bookmark": Text("Your page to sign in (bookmark it):", "サインインのアドレス（ブックマークしてください）:"),
    "mail_notices": Text("Mails to you", "メールでの通知"),
    "mail_notices_lead": Text(
        "When a contract waits for you, the office writes to this address. Nobody else sees it; empty: no mails.",
        "あなたの番になったときに、このアドレスへメールでお知らせします。ほかの人には表示されません。空にすると送りません。",
    ),
    "mail_go": Text("Set this address", "このアドレスにする"),
    "mail_own": Text("Your mail address", "あなたのメールアドレス"),
    "changes_end": Text(
        "A change here ends your sessions in other browsers.",
        "ここでの変更により、ほかのブラウザーのセッションは終了します。",
    ),
    # people
    "people": Text("People", "利用者"),
    "people_nav": Text("People and accounts", "利用者とアカウント"),
    "person_name": Text("Name", "氏名"),
    "person_role": Text("Role", "役割"),
    "state_active": Text("active", "利用中"),
    "state_invited": Text("invited until {end}", "招待中（{end} まで）"),
    "state_waiting": Text("no valid link", "有効なリンクなし"),
    "state_disabled": Text("disabled", "停止"),
    "invite": Text("Invite somebody", "利用者を招待する"),
    "invite_go": Text("Invite", "招待する"),
    "invite_two": Text(
        "Supervisors and administrators decide what takes two people, so two people invite them: an administrator "
        "asks, another one decides.",
        "責任者と管理は二人承認の決裁者になるため、招待にも二人が要ります（管理者が依頼し、別の管理者が決裁）。",
    ),
    "choose_role": Text("choose a role", "役割を選択"),
    "new_link": Text("New link", "新しいリンク"),
    "revoke_invitation": Text("Take the invitation back", "招待を取り消す"),
    "change_role": Text("Change role", "役割を変更"),
    "new_role_of": Text("New role of {name}", "{name} の新しい役割"),
    "disable": Text("Disable", "停止する"),
    "disable_lead": Text(
        "{name} is signed out at once and does not come in any more. This cannot be taken back: to come back, the "
        "person is invited anew.",
        "{name} さんはただちにサインアウトされ、以後サインインできません。取り消しはできません。再び利用するには、"
        "新しく招待してください。",
    ),
    "disable_go": Text("Disable for good", "停止する（取り消せません）"),
    "of_person": Text("{action}: {name}", "{action}: {name}"),
    "link_made": Text("The link for {name}", "{name} さんのリンク"),
    "link_lead": Text(
        "Send it to this person alone; it is not shown again. Good until {end}, used once.",
        "本人だけに送ってください。再表示はできません。{end} まで有効で、一度だけ使えます。",
    ),
    "link_label": Text("Link", "リンク"),
    "back_to_people": Text("Back to the people", "利用者の一覧へ"),
    # two people
    "approvals": Text("What takes two people", "二人承認"),
    "approvals_lead": Text(
        "One asks, another decides; what is decided is exactly what stands here.",
        "一人が依頼し、別の人が決裁します。ここに表示された内容だけが実行されます。",
    ),
    "approvals_open": Text("Open", "決裁待ち"),
    "approvals_past": Text("Decided", "決裁済み・終了"),
    "approvals_none": Text("Nothing is open.", "決裁待ちはありません。"),
    "asked_by": Text("asked by {name} on {at}, until {end}", "依頼: {name}（{at}）、期限 {end}"),
    "decided_by": Text("decided by {name} on {at}", "決裁: {name}（{at}）"),
    "approve": Text("Approve and do it", "承認して実行する"),
    "refuse_it": Text("Refuse", "却下する"),
    "withdraw": Text("Withdraw", "取り下げる"),
    "approval_digest": Text("Digest", "ダイジェスト"),
    "approval_state_open": Text("open", "決裁待ち"),
    "approval_state_expired": Text("expired", "期限切れ"),
    "approval_state_approved": Text("approved, not done yet", "承認済み（未実行）"),
    "approval_state_done": Text("done", "実行済み"),
    "approval_state_refused": Text("refused", "却下"),
    "approval_state_withdrawn": Text("withdrawn", "取り下げ"),
    "approval_state_lapsed": Text("not done: it changed meanwhile", "未実行（対象が変わったため失効）"),
    "do_again": Text("Do it now", "実行する"),
    "action_invite": Text("Invite {name} as {role}", "{name} を「{role}」として招待する"),
    "action_role": Text("Change the role of {name}: {before} → {role}", "{name} の役割を変更する: {before} → {role}"),
    "action_purge": Text(
        "Delete {count} archive entries for good: {entries}", "保管庫の {count} 件を廃棄する: {entries}"
    ),
    "action_trust": Text(
        "Have the service believe {count} anchors beside JPKI's; new: {added}; no longer: {removed}",
        "JPKI のほかに {count} 件の信頼の起点を信頼する。追加: {added}、削除: {removed}",
    ),
    "anchors_whole": Text("Fingerprints (SHA-256) and purposes", "フィンガープリント (SHA-256) と用途"),
    "anchor_added": Text("New", "追加"),
    "anchor_removed": Text("No longer", "削除"),
    "action_trust_more": Text(" and {count} more", " ほか {count} 件"),
    "action_trust_none": Text("none", "なし"),
    "trust_ask": Text("What the service believes", "サービスが信頼する起点"),
    "trust_ask_lead": Text(
        "The files of the machine name these anchors beside JPKI's. Only what two administrators agreed to is "
        "believed; what is no longer named is not believed any more.",
        "サーバーのファイルが JPKI のほかに指定している信頼の起点です。管理者 2 人が認めたものだけを信頼し、"
        "指定がなくなったものは信頼しません。",
    ),
    "trust_believed": Text("believed", "信頼済み"),
    "trust_not_yet": Text("not believed: two people have to agree", "未承認のため信頼しない"),
    "trust_gone": Text(
        "agreed to, and no longer named by the machine", "承認済みだが、サーバーで指定されなくなったもの"
    ),
    "trust_ask_go": Text("Ask to believe what is named now", "現在指定されているものの承認を依頼する"),
    "trust_same": Text(
        "All that is named is believed; there is nothing to decide.", "指定されているものはすべて信頼済みです。"
    ),
    "trust_nothing": Text("The machine names none.", "サーバーで指定されているものはありません。"),
    "own_request": Text("You asked this yourself; somebody else decides.", "自分の依頼です。別の人が決裁します。"),
    "nobody_decides": Text(
        "Nobody else can decide it now: there is no other {role}. The operator of the service adds one at the console "
        "(signkit service person add).",
        "いま決裁できる人がほかにいません（「{role}」があなただけです）。サービスの運用者に、利用者の追加"
        "（signkit service person add）を依頼してください。",
    ),
    "purge_ask": Text("Ask to delete what need not be kept", "保存期間の過ぎたものの廃棄を依頼する"),
    "purge_ask_lead": Text(
        "Entries whose keeping period is over. Deleting is for good, and takes another supervisor.",
        "保存期間の過ぎた契約書です。廃棄は元に戻せず、別の責任者の承認が要ります。",
    ),
    "purge_ask_none": Text("There is nothing to delete.", "廃棄できるものはありません。"),
    "purge_ask_pages": Text("Further entries", "続き"),
    "purge_ask_first": Text("From the beginning", "最初から"),
    "purge_ask_next": Text("Next entries", "次の件"),
    "purge_ask_go": Text("Ask for approval", "承認を依頼する"),
    "purge_proposed": Text("A program proposes to delete {count} entries", "プログラムから {count} 件の廃棄の提案"),
    "purge_proposed_by": Text(
        "{by}, {at}; until {end}. It deletes nothing: you ask, and another supervisor decides.",
        "{by}（{at}）、期限 {end}。提案だけでは廃棄されません。あなたが依頼し、別の責任者が決裁します。",
    ),
    "purge_ask_entry": Text("No. {number}, kept until {until}", "番号 {number}、保存期限 {until}"),
    # what is not done
    "not_done": Text("That was not done", "実行できませんでした"),
    "sign_in_again": Text("Sign in again", "もう一度サインインする"),
    "go_back": Text("Back", "戻る"),
    "declined_challenge": Text(
        "This took too long, or was sent before. Please begin again.",
        "時間がかかりすぎたか、既に送信されています。最初からやり直してください。",
    ),
    "declined_passkey_wrong": Text(
        "The device's answer cannot be used.", "機器からの応答を使えませんでした。もう一度お試しください。"
    ),
    "declined_passkey_known": Text("This passkey is known already.", "このパスキーは既に登録されています。"),
    "declined_sign_in_passkey": Text(
        "This passkey does not open anything here. Use another one, or another way; after a loss see below.",
        "このパスキーではサインインできません。別のパスキーか別の方法を使ってください。紛失したときは下の案内を見てください。",
    ),
    "declined_sign_in_wrong": Text(
        "Account name, password or code is wrong, or the code was used before.",
        "アカウント名、パスワード、確認コードのいずれかが違うか、確認コードが使用済みです。",
    ),
    "declined_too_many_tries": Text(
        "Too many tries; again in {seconds} s. A passkey works at once.",
        "試行回数が多すぎます。{seconds} 秒後にやり直してください。パスキーならすぐに使えます。",
    ),
    "declined_tenant": Text(
        "There is nothing at this address. See the address that your administrator gave you.",
        "このアドレスには何もありません。管理者から案内されたアドレスを確かめてください。",
    ),
    "declined_link": Text(
        "This link was used, taken back, or is too old. If you have used it, sign in; if not, ask whoever sent it for "
        "a new one.",
        "このリンクは使用済みか、取り消されたか、期限が過ぎています。設定を済ませた方はサインインしてください。"
        "まだの方は、送った人に新しいリンクを依頼してください。",
    ),
    "declined_login_length": Text(
        "The account name has {shortest} to {longest} characters.",
        "アカウント名は {shortest}～{longest} 文字にしてください。",
    ),
    "declined_login_taken": Text(
        "This account name is taken. Choose another.", "このアカウント名は既に使われています。別の名前にしてください。"
    ),
    "declined_password_short": Text(
        "The password needs at least {shortest} characters.", "パスワードは {shortest} 文字以上にしてください。"
    ),
    "declined_password_long": Text(
        "The password may have {longest} characters.", "パスワードは {longest} 文字までです。"
    ),
    "declined_password_simple": Text(
        "This password is easy to guess: few different characters, or the account name.",
        "推測されやすいパスワードです（文字の種類が少ないか、アカウント名が入っています）。",
    ),
    "declined_password_again": Text("The two passwords differ.", "二つのパスワードが一致しません。"),
    "declined_code_wrong": Text(
        "The code is wrong; is the clock of the phone right?",
        "確認コードが違います。スマートフォンの時計が合っているか確かめてください。",
    ),
    "declined_no_password": Text("You have no password.", "パスワードが設定されていません。"),
    "declined_last_credential": Text(
        "This is the only way in that you have; make another one first.",
        "最後のサインイン方法は削除できません。先に別の方法を登録してください。",
    ),
    "declined_stale": Text(
        "For this, show once more who you are: you signed in more than 10 minutes ago.",
        "サインインから 10 分以上たっています。この操作には、もう一度サインインが必要です。",
    ),
    "declined_role": Text(
        "Your role does not include this. Somebody whose role does can do it.",
        "あなたの役割では行えません。行える役割の人に頼んでください。",
    ),
    "declined_person": Text("There is no such person.", "該当する利用者がいません。"),
    "declined_person_name": Text(
        "Give a name of 1 to {longest} characters, without invisible ones.",
        "氏名を 1～{longest} 文字で入力してください。目に見えない文字（制御文字など）は使えません。",
    ),
    "declined_person_role": Text("Choose a role.", "役割を選んでください。"),
    "declined_role_same": Text("This person has that role already.", "この利用者は既にその役割です。"),
    "declined_person_in": Text(
        "This person came in already. After a loss the operator of the service makes a new link.",
        "この利用者は既に利用を始めています。紛失時のリンクはサービスの運用者が発行します。",
    ),
    "declined_yourself": Text("Somebody else has to do this.", "自分自身に対しては行えません。"),
    "declined_approval_asked": Text(
        "This was asked already, and waits for somebody else to decide it.",
        "同じ内容が既に依頼され、決裁を待っています。",
    ),
    "declined_purge_asked": Text(
        "Entry {number} is among what is asked for already and not decided yet. Decide or withdraw that first.",
        "登録 {number} を含む別の廃棄の依頼が決裁待ちです。先にそちらを決裁するか取り下げてください。",
    ),
    "declined_approval_over": Text(
        "This is decided already, was withdrawn, or its time is over.",
        "既に決裁されたか、取り下げられたか、期限が過ぎています。",
    ),
    "declined_approval_own": Text(
        "Whoever asked does not decide. Somebody else has to.",
        "依頼した本人は決裁できません。別の人に依頼してください。",
    ),
    "declined_approval_other": Text(
        "What you saw is not what was asked. Open the page anew.",
        "表示された内容が依頼と一致しません。開き直してください。",
    ),
    "declined_approval_changed": Text(
        "What it is about changed meanwhile; ask again.", "対象がその間に変わりました。改めて依頼してください。"
    ),
    "declined_mail_address": Text("This is no mail address to write to.", "送信できるメールアドレスではありません。"),
    "declined_oidc_failed": Text(
        "What the provider answered cannot be used. Please begin again; if it stays so, tell the operator.",
        "連携先からの応答を使えませんでした。最初からやり直し、続く場合は運用者に知らせてください。",
    ),
    "declined_oidc_refused": Text(
        "The provider did not let you in, or you did not agree there.",
        "連携先でサインインできなかったか、同意されませんでした。",
    ),
    "declined_oidc_nobody": Text(
        "Nobody here is linked with that account. Sign in another way and link it at “Your account”.",
        "この外部アカウントと連携している利用者はいません。別の方法でサインインし、「自分のアカウント」で連携してください。",
    ),
    "declined_oidc_known": Text(
        "That account is linked with somebody already.", "この外部アカウントは既に連携されています。"
    ),
    "declined_oidc_busy": Text(
        "The provider answers slowly. Please try again in a minute.",
        "連携先の応答が遅れています。1 分ほどしてからやり直してください。",
    ),
    "declined_not_operator": Text(
        "What the service believes is decided by the people of its operator.",
        "サービスが信頼する起点は、運用者のテナントで決めます。",
    ),
    "declined_nothing_chosen": Text(
        "Nothing is chosen. Go back and tick at least one.", "何も選ばれていません。戻って 1 件以上選んでください。"
    ),
}
