//! Answering a request: the product is published, or stays as it is.

use super::LIST;
use super::show::{AnswerForm, RequestPage};
use crate::manager::ManagerForm;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::PublishRequestId;
use school::product_publish_requests::{self as requests, Answer, Decision};

/// `POST /manage/product_publish_requests/{id}/approve`
pub(super) async fn approve(id: PathId<PublishRequestId>, form: ManagerForm) -> PageResult {
    answer(id, form, Decision::Approved, "approved").await
}

/// `POST /manage/product_publish_requests/{id}/deny`
pub(super) async fn deny(id: PathId<PublishRequestId>, form: ManagerForm) -> PageResult {
    answer(id, form, Decision::Denied, "denied").await
}

async fn answer(
    PathId(id): PathId<PublishRequestId>,
    ManagerForm { manager, fields }: ManagerForm,
    decision: Decision,
    done: &str,
) -> PageResult {
    let (area, page) = RequestPage::load(&manager, id).await?;
    let form = AnswerForm::submitted(&fields);
    let text = Some(form.response_text.clone()).filter(|text| !text.trim().is_empty());
    let notify_requester = form.notify_requester;
    let answered = manager.write(move |tx, actor| {
        let answer = Answer { user_id: Some(actor.user_id()), response_text: text.clone(), notify_requester };
        requests::answer(tx, actor.site().id, id, decision, &answer)
    });
    match answered.await {
        Ok(()) => Ok(see_other(&format!("{LIST}?done={done}"))),
        Err(error) => page.show(&manager, &area, &form, &error.problems()?.into()),
    }
}
