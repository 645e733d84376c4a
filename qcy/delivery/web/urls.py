"""Every address of the product. A view that names no gate answers 404."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from qcy.delivery.console.accounts import views as console_accounts
from qcy.delivery.console.audit import views as audit
from qcy.delivery.console.calendar import views as console_calendar
from qcy.delivery.console.cases import acts, downloads, drawer, inbox
from qcy.delivery.console.content import views as console_content
from qcy.delivery.console.desks import views as desks
from qcy.delivery.console.figures import views as console_figures
from qcy.delivery.console.firms import merges
from qcy.delivery.console.firms import views as firms
from qcy.delivery.console.imports import views as imports
from qcy.delivery.console.matters import views as console_matters
from qcy.delivery.console.nodes import views as console_nodes
from qcy.delivery.console.outbox import views as outbox
from qcy.delivery.console.ratings import views as console_ratings
from qcy.delivery.console.voice import views as console_voice
from qcy.delivery.console.window import views as window
from qcy.delivery.portal.accounts import contact, members
from qcy.delivery.portal.accounts import settings as settings_views
from qcy.delivery.portal.accounts import views as accounts
from qcy.delivery.portal.cases import corrections
from qcy.delivery.portal.cases import views as cases
from qcy.delivery.portal.content import views as content
from qcy.delivery.portal.figures import views as figures
from qcy.delivery.portal.forms import printing, submission, uploads
from qcy.delivery.portal.forms import views as forms
from qcy.delivery.portal.home import views as home
from qcy.delivery.portal.matters import listing
from qcy.delivery.portal.matters import views as matters
from qcy.delivery.portal.places import views as places
from qcy.delivery.portal.records import views as records
from qcy.delivery.portal.voice import replies as voice_replies
from qcy.delivery.portal.voice import views as voice

console = [
    path("sign-in/", console_accounts.sign_in, name="console_sign_in"),
    path("", inbox.entrance, name="console"),
    path("cases/", inbox.inbox, name="console_cases"),
    path("cases/<uuid:case_id>/", drawer.drawer, name="console_case"),
    path("cases/<uuid:case_id>/assign/", acts.take, name="console_assign"),
    path("cases/<uuid:case_id>/licence/", acts.check_licence, name="console_licence"),
    path("cases/<uuid:case_id>/remark/", acts.remark, name="console_remark"),
    path("cases/<uuid:case_id>/unmask/", acts.unmask, name="console_unmask"),
    path("cases/<uuid:case_id>/note/", acts.note, name="console_note"),
    path("cases/<uuid:case_id>/defects/add/", acts.add_defect, name="console_add_defect"),
    path("cases/<uuid:case_id>/defects/send/", acts.send_defects, name="console_send_defects"),
    path(
        "cases/<uuid:case_id>/defects/<slug:defect_id>/remove/",
        acts.remove_defect,
        name="console_remove_defect",
    ),
    path("cases/<uuid:case_id>/<slug:name>/", acts.act, name="console_act"),
    path("documents/<uuid:document_id>.pdf", downloads.document, name="console_document"),
    path("files/<uuid:file_id>/", downloads.file, name="console_file"),
    path("window/", window.window, name="console_window"),
    path("firms/", firms.search, name="console_firms"),
    path("firms/merge/", merges.merge, name="console_merge"),
    path("firms/<uuid:organisation_id>/", firms.firm, name="console_firm"),
    path("firms/<uuid:organisation_id>/open/", firms.open_firm, name="console_open_firm"),
    path("firms/merges/<uuid:merge_id>/undo/", merges.undo, name="console_unmerge"),
    path("imports/", imports.imports, name="console_imports"),
    path("imports/templates/<slug:kind>.xlsx", imports.blank, name="console_import_template"),
    path("imports/<uuid:batch_id>/", imports.batch, name="console_import"),
    path("imports/<uuid:batch_id>/confirm/", imports.confirm, name="console_import_confirm"),
    path("imports/<uuid:batch_id>/cancel/", imports.cancel, name="console_import_cancel"),
    path("imports/<uuid:batch_id>/refused.xlsx", imports.refused, name="console_import_refused"),
    path("ratings/", console_ratings.ratings, name="ratings"),
    path("ratings/<uuid:duty_id>/handle/", console_ratings.handle, name="handle_duty"),
    path("desks/", desks.desks, name="desks"),
    path("desks/absence/", desks.absence, name="desk_absence"),
    path("desks/leave/", desks.leave, name="desk_leave"),
    path("calendar/", console_calendar.calendar, name="console_calendar"),
    path("matters/", console_matters.matters, name="console_matters"),
    path("matters/import/", console_matters.upload, name="console_upload_matter"),
    path("matters/<slug:code>/", console_matters.matter, name="console_matter"),
    path("matters/<slug:code>/stop/", console_matters.stop, name="console_stop_matter"),
    path("matters/<slug:code>/edit/", console_matters.edit, name="console_edit_matter"),
    path("matters/<slug:code>/export.<slug:format>", console_matters.export, name="console_export_matter"),
    path("figures/", console_figures.figures, name="console_figures"),
    path("figures/<slug:code>/", console_figures.figure, name="console_figure"),
    path("figures/<slug:code>/correct/", console_figures.correct, name="console_correct_figure"),
    path("nodes/", console_nodes.nodes, name="console_nodes"),
    path("nodes/<slug:slug>/", console_nodes.node, name="console_node"),
    path("nodes/<slug:slug>/switch/", console_nodes.switch, name="console_switch_node"),
    path("audit/", audit.browser, name="audit"),
    path("audit/verify/", audit.verify, name="audit_verify"),
    path("outbox/", outbox.dead, name="dead_letters"),
    path("outbox/<uuid:row_id>/again/", outbox.again, name="send_again"),
    path("password/", console_accounts.password, name="console_password"),
    path("complaints/", console_voice.complaints, name="console_complaints"),
    path("complaints/<uuid:complaint_id>/read/", console_voice.read, name="console_complaint_read"),
    path("complaints/<uuid:complaint_id>/answer/", console_voice.answer, name="console_complaint_answer"),
    path("complaints/<uuid:complaint_id>/publish/", console_voice.publish, name="console_complaint_publish"),
    path("complaints/<uuid:complaint_id>/keep/", console_voice.keep, name="console_complaint_keep"),
    path("content/", console_content.articles, name="console_content"),
    path("content/preview/", console_content.preview, name="console_content_preview"),
    path("content/new/", console_content.new, name="console_article_new"),
    path("content/<uuid:article_id>/", console_content.article, name="console_article"),
    path("content/<uuid:article_id>/<slug:command>/", console_content.move, name="console_article_move"),
]

mine = [
    path("", accounts.account, name="my_account"),
    path("firm/", accounts.claim_firm, name="claim_firm"),
    path("firm/switch/", settings_views.switch_firm, name="switch_firm"),
    path("firm/<uuid:organisation_id>/members/", members.members, name="members"),
    path("firm/<uuid:organisation_id>/members/<uuid:membership_id>/end/", members.end, name="end_membership"),
    path("firm/<uuid:organisation_id>/record/", records.record, name="my_record"),
    path("invitations/<uuid:invitation_id>/", members.accept, name="accept_invitation"),
    path("phone/", contact.new_phone, name="new_phone"),
    path("phone/code/", contact.new_phone_code, name="new_phone_code"),
    path("email/", contact.new_email, name="new_email"),
    path("email/code/", contact.new_email_code, name="new_email_code"),
    path("close/", settings_views.close, name="close_account"),
    path("messages/", cases.message_list, name="my_messages"),
    path("messages/settings/", settings_views.message_settings, name="message_settings"),
    path("drafts/<uuid:draft_id>/", forms.draft, name="draft"),
    path("drafts/<uuid:draft_id>/print/", printing.draft_form, name="print_draft"),
    path("drafts/<uuid:draft_id>/submit/", submission.submit, name="draft_submit"),
    path("drafts/<uuid:draft_id>/discard/", forms.discard, name="draft_discard"),
    path("drafts/<uuid:draft_id>/files/<slug:field>/", uploads.upload, name="draft_upload"),
    path("drafts/<uuid:draft_id>/files/<uuid:file_id>/remove/", uploads.remove, name="draft_remove_file"),
    path("drafts/<uuid:draft_id>/<slug:key>/", forms.section, name="draft_section"),
    path("cases/", cases.case_list, name="my_cases"),
    path("cases/<uuid:case_id>/", cases.detail, name="my_case"),
    path("cases/<uuid:case_id>/print/", printing.filed_form, name="print_case"),
    path("cases/<uuid:case_id>/receipt/", cases.receipt, name="receipt"),
    path("cases/<uuid:case_id>/correct/", corrections.start, name="correct"),
    path("cases/<uuid:case_id>/answers/", corrections.answer, name="correction_answer"),
    path("cases/<uuid:case_id>/answers/submit/", corrections.submit, name="correction_submit"),
    path("cases/<uuid:case_id>/remark/", cases.remark, name="remark"),
    path("cases/<uuid:case_id>/withdraw/", cases.withdraw, name="withdraw"),
    path("cases/<uuid:case_id>/rate/", cases.rate, name="rate"),
    path("documents/<uuid:document_id>.pdf", cases.document, name="document"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("health/", home.health, name="health"),
    path("large-print/", home.large_print, name="large_print"),
    path("language/", home.language, name="language"),
    path("n/<slug:slug>/", home.home, name="home_of_node"),
    path("nodes/", places.nodes, name="nodes"),
    path("n/<slug:slug>/about/", places.node, name="node"),
    path("n/<slug:slug>/matters/", listing.matters, name="matters"),
    path("n/<slug:slug>/matters/<slug:code>/", matters.guide, name="matter"),
    path("n/<slug:slug>/matters/<slug:code>/start/", matters.start, name="start_draft"),
    path("sign-in/", accounts.sign_in, name="account_login"),
    path("sign-in/phone/", accounts.sign_in, name="account_request_login_code"),
    path("sign-in/code/", accounts.code, name="account_confirm_login_code"),
    path("sign-out/", accounts.sign_out, name="account_logout"),
    path("me/", include(mine)),
    path("verify/", voice.verify, name="verify"),
    path("verify/<str:code>/", voice.verified, name="verified"),
    path("complaints/new/", voice.complain, name="complain"),
    path("complaints/received/", voice.complaint_received, name="complaint_received"),
    # what is published: figures, texts, comments
    path("figures/", figures.figures, name="figures"),
    path("figures.csv", figures.table, name="figures_table"),
    path("figures/<slug:code>/", figures.figure, name="figure"),
    path("n/<slug:slug>/news/", content.news, name="news"),
    path("n/<slug:slug>/news/<uuid:article_id>/", content.article, name="article"),
    path("n/<slug:slug>/voice/", voice_replies.replies, name="public_voice"),
    path("help/", content.help_page, name="help"),
    path("complaints/answer/", voice_replies.answer, name="complaint_answer"),
    path("console/", include(console)),
]

if settings.QCY_GALLERY:
    from qcy.delivery.components.views import gallery

    from .gates import public

    urlpatterns += [path("components/", public(gallery), name="components")]

handler404 = "qcy.delivery.web.errors.not_found"
handler500 = "qcy.delivery.web.errors.server_error"
