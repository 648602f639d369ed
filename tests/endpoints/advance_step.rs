//! `POST …/steps/{step}/transitions`.

use serde_json::{Value, json};
use tests::support::casework::{accepted, received};
use tests::support::lab::{advance, begin_step, do_step, exhibit_check, planned, preparing};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_step_is_claimed_started_paused_resumed_and_completed() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let examination = lab.examination.as_str();
    let states = [
        (json!({"to": "claimed"}), "claimed"),
        (json!({"to": "handed_back"}), "ready"),
        (json!({"to": "claimed"}), "claimed"),
        (json!({"to": "started"}), "in_progress"),
        (json!({"to": "paused", "reason": "welfare"}), "paused"),
        (json!({"to": "resumed"}), "in_progress"),
    ];
    for (body, state) in states {
        let answer = advance(&app, people::STORE, examination, "receive", body).await.expect(200);
        assert_eq!(answer.text("/openSteps/0/state"), state);
    }
    let body = json!({"to": "completed", "form": exhibit_check()});
    let answer = advance(&app, people::STORE, examination, "receive", body).await.expect(200);
    assert_eq!(answer.text("/openSteps/0/step"), "isolate");
    let request = app.person(people::OFFICER).get(&lab.work.request).await.expect(200);
    let json = request.json();
    let mut progress = json["examinations"].as_array().unwrap().iter();
    let digital = progress.find(|e| e["service"] == "phone_examination").unwrap();
    assert_eq!(digital["progress"], "in_progress");
    assert_eq!(digital["stage"], "We have your exhibits and are checking them in.");
}

#[tokio::test]
async fn a_retry_changes_nothing_more() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let etag = app.person(people::STORE).get(&lab.examination).await.expect(200).etag();
    let target = format!("{}/steps/receive/transitions", lab.examination);
    let body = json!({"to": "claimed"});
    let first = app.person(people::STORE).key("k").if_match(&etag).post(&target, &body).await;
    let first = first.expect(200);
    let again = app.person(people::STORE).key("k").if_match(&etag).post(&target, &body).await;
    let again = again.expect(200);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_read_again_first() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let read = app.person(people::STORE).get(&lab.examination).await.expect(200);
    let _ = begin_step(&app, people::STORE, &lab.examination, "receive").await;
    let target = format!("{}/steps/receive/transitions", lab.examination);
    let body = json!({"to": "handed_back"});
    let answer = app.person(people::STORE).if_match(&read.etag()).post(&target, &body).await;
    let _ = answer.expect_problem(412, "stale", &[]);
    let answer = app.person(people::STORE).post(&target, &body).await;
    let _ = answer.expect_problem(428, "ifMatchMissing", &[]);
}

#[tokio::test]
async fn nobody_starts_before_the_exhibits_are_held() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    let examination = tests::support::lab::examination_of(&work, "phone_examination");
    let _ = advance(&app, people::STORE, &examination, "receive", json!({"to": "claimed"}))
        .await
        .expect(200);
    let read = app.person(people::STORE).get(&examination).await.expect(200);
    assert_eq!(read.text("/openSteps/0/needs/0/code"), "exhibitsNotHeld");
    let body = json!({"to": "started"});
    let answer = advance(&app, people::STORE, &examination, "receive", body).await;
    let _ = answer.expect_problem(409, "exhibitsNotHeld", &[]);
}

#[tokio::test]
async fn everybody_a_map_names_can_do_their_step_and_nobody_else() {
    let app = TestApp::new();
    for person in [people::STORE, people::GATEKEEPER, people::DIGITAL] {
        let lab = planned(&app).await;
        let answer = begin_step(&app, person, &lab.examination, "receive").await;
        assert_eq!(answer.text("/openSteps/0/state"), "in_progress", "{person}");
    }
    let lab = planned(&app).await;
    let claim = || json!({"to": "claimed"});
    for (person, status, code) in [
        (people::REVIEWER, 403, "roleNeeded"),
        (people::MANAGER, 403, "roleNeeded"),
        (people::OFFICER, 403, "roleNeeded"),
        (people::AUDITOR, 403, "roleNeeded"),
        (people::OTHER_OFFICER, 404, "notFound"),
        (people::ADMINISTRATOR, 404, "notFound"),
    ] {
        let answer = advance(&app, person, &lab.examination, "receive", claim()).await;
        let _ = answer.expect_problem(status, code, &[]);
    }
    let target = format!("{}/steps/receive/transitions", lab.examination);
    let _ = app.nobody().if_match("\"1\"").post(&target, &claim()).await.expect(401);
}

#[tokio::test]
async fn a_practitioner_of_another_discipline_does_not_take_what_their_roles_do_not_reach() {
    let app = TestApp::new();
    let work = received(&app).await;
    let fingerprints = tests::support::lab::examination_of(&work, "mark_recovery");
    let _ = do_step(&app, people::STORE, &fingerprints, "receive", exhibit_check()).await;
    let body = json!({"to": "claimed"});
    let claimed = advance(&app, people::DIGITAL, &fingerprints, "visual_examination", body).await;
    let _ = claimed.expect(200);
    // Both disciplines work on the case, so its existence is known; competence decides the rest.
    let body = json!({"to": "started"});
    let answer = advance(&app, people::DIGITAL, &fingerprints, "visual_examination", body).await;
    let _ = answer.expect_problem(403, "competenceMissing", &[]);
}

#[tokio::test]
async fn every_bad_answer_is_named_at_once_and_stray_members_are_refused() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let examination = lab.examination.as_str();
    let try_it = |body: Value| advance(&app, people::STORE, examination, "receive", body);
    let _ = begin_step(&app, people::STORE, examination, "receive").await;
    let form = json!({"seals_match": "yes", "condition": "purple", "packaging": "envelope",
                      "extra": 1});
    let answer = try_it(json!({"to": "completed", "form": form})).await;
    let pointers =
        ["/form/condition", "/form/extra", "/form/references_match", "/form/seals_match"];
    let _ = answer.expect_problem(422, "invalid", &pointers);
    let stray = json!({"to": "started", "reason": "x", "form": {}, "witness": "y"});
    let answer = try_it(stray).await;
    let _ = answer.expect_problem(422, "invalid", &["/reason", "/form", "/witness"]);
    let answer = try_it(json!({"to": "paused"})).await;
    let _ = answer.expect_problem(422, "invalid", &["/reason"]);
    let answer = try_it(json!({"to": "paused", "reason": "bored"})).await;
    let _ = answer.expect_problem(422, "invalid", &["/reason"]);
    let answer = try_it(json!({"to": "finished"})).await;
    let _ = answer.expect_problem(400, "malformed", &["/to"]);
}

#[tokio::test]
async fn a_step_in_the_wrong_state_or_unknown_is_refused() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let examination = lab.examination.as_str();
    let body = || json!({"to": "started"});
    let answer = advance(&app, people::STORE, examination, "receive", body()).await;
    let _ = answer.expect_problem(409, "stepNotClaimed", &[]);
    let answer = advance(&app, people::DIGITAL, examination, "acquire", body()).await;
    let _ = answer.expect_problem(409, "stepNotOpen", &[]);
    let answer = advance(&app, people::DIGITAL, examination, "dance", body()).await;
    let _ = answer.expect_problem(404, "notFound", &[]);
    let skip = json!({"to": "skipped", "reason": "No time."});
    let answer = advance(&app, people::STORE, examination, "receive", skip).await;
    let _ = answer.expect_problem(403, "mayNotSkip", &[]);
}

#[tokio::test]
async fn an_examination_concludes_only_after_the_reviews_of_every_result() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let examination = lab.examination.clone();
    let outcome = tests::support::lab::prepared_with(&app, lab, &[]).await;
    let form = json!({"questions_answered": "All.", "deviation": false});
    let body = json!({"to": "completed", "form": form});
    let _ = advance(&app, people::DIGITAL, &examination, "prepare_result", body).await.expect(200);
    let claim = json!({"to": "claimed"});
    let _ = advance(&app, people::DIGITAL, &examination, "conclude", claim).await.expect(200);
    let body = || json!({"to": "started"});
    let answer = advance(&app, people::DIGITAL, &examination, "conclude", body()).await;
    let _ = answer.expect_problem(409, "reviewNotPassed", &[]);
    let _ = tests::support::lab::passed(&app, outcome).await;
    let _ = advance(&app, people::DIGITAL, &examination, "conclude", body()).await.expect(200);
    let body = json!({"to": "completed", "form": tests::support::lab::conclusion()});
    let answer = advance(&app, people::DIGITAL, &examination, "conclude", body).await.expect(200);
    assert_eq!(answer.text("/state"), "concluded");
    assert!(answer.json()["openSteps"].as_array().unwrap().is_empty());
}
