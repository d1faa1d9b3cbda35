CREATE TABLE answer (
    repeat_key VARCHAR(64) NOT NULL,
    request_hash VARCHAR(64) NOT NULL,
    status INTEGER NOT NULL,
    body BLOB,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_answer PRIMARY KEY (repeat_key)
);

CREATE TABLE attempt (
    bucket VARCHAR(100) NOT NULL,
    window_ms INTEGER NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT pk_attempt PRIMARY KEY (bucket)
);

CREATE TABLE audit (
    sequence INTEGER NOT NULL,
    link BLOB NOT NULL,
    mac BLOB NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (sequence),
    CONSTRAINT ck_audit_mac_length CHECK (length(mac) = 32)
) STRICT;

CREATE TABLE audit_head (
    one INTEGER NOT NULL,
    note BLOB NOT NULL,
    seal BLOB NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (one),
    CONSTRAINT ck_audit_head_only_one CHECK (one = 1),
    CONSTRAINT ck_audit_head_seal_length CHECK (length(seal) = 32)
) STRICT;

CREATE TABLE erasure (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    state VARCHAR(40) NOT NULL,
    cause VARCHAR(40) NOT NULL,
    requested_by VARCHAR(32) NOT NULL,
    request_id VARCHAR(32) NOT NULL,
    requested_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    scans INTEGER NOT NULL,
    note BLOB,
    certificate BLOB,
    CONSTRAINT pk_erasure PRIMARY KEY (id),
    CONSTRAINT ck_erasure_state_word CHECK (state IN ('requested', 'fenced', 'key-destroyed', 'blobs-unlinked', 'rows-scrubbed', 'store-compacted', 'caches-revoked', 'verified', 'certified')),
    CONSTRAINT ck_erasure_cause_word CHECK (cause IN ('withdrawal', 'retention', 'request', 'unused')),
    CONSTRAINT uq_erasure_session_id UNIQUE (session_id)
);

CREATE TABLE pace (
    stage VARCHAR(40) NOT NULL,
    audio_ms INTEGER NOT NULL,
    spent_ms INTEGER NOT NULL,
    CONSTRAINT pk_pace PRIMARY KEY (stage)
);

CREATE TABLE person (
    id VARCHAR(32) NOT NULL,
    sign_in_name VARCHAR(254) NOT NULL,
    shown_name VARCHAR(120) NOT NULL,
    state VARCHAR(40) NOT NULL,
    password_hash VARCHAR(300),
    issuer VARCHAR(300),
    subject VARCHAR(255),
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (id),
    CONSTRAINT uq_person_issuer_subject UNIQUE (issuer, subject),
    CONSTRAINT ck_person_state_word CHECK (state IN ('invited', 'active', 'disabled')),
    CONSTRAINT uq_person_sign_in_name UNIQUE (sign_in_name)
);

CREATE TABLE setting (
    name VARCHAR(60) NOT NULL,
    value VARCHAR(2000) NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY (name)
);

CREATE TABLE team (
    id VARCHAR(32) NOT NULL,
    name VARCHAR(120) NOT NULL,
    created_ms INTEGER NOT NULL,
    CONSTRAINT pk_team PRIMARY KEY (id),
    CONSTRAINT uq_team_name UNIQUE (name)
);

CREATE TABLE worker (
    id VARCHAR(100) NOT NULL,
    version VARCHAR(40) NOT NULL,
    queues VARCHAR(200) NOT NULL,
    started_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    CONSTRAINT pk_worker PRIMARY KEY (id)
);

CREATE TABLE coaching (
    id VARCHAR(32) NOT NULL,
    coach_id VARCHAR(32) NOT NULL,
    worker_id VARCHAR(32) NOT NULL,
    given_by VARCHAR(32),
    from_ms INTEGER NOT NULL,
    until_ms INTEGER,
    CONSTRAINT pk_coaching PRIMARY KEY (id),
    CONSTRAINT fk_coaching_coach_id_person FOREIGN KEY(coach_id) REFERENCES person (id),
    CONSTRAINT fk_coaching_worker_id_person FOREIGN KEY(worker_id) REFERENCES person (id),
    CONSTRAINT fk_coaching_given_by_person FOREIGN KEY(given_by) REFERENCES person (id)
);

CREATE INDEX ix_coaching_coach_id ON coaching (coach_id);

CREATE INDEX ix_coaching_worker_id ON coaching (worker_id);

CREATE TABLE membership (
    id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    team_id VARCHAR(32) NOT NULL,
    leads BOOLEAN DEFAULT 0 NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER,
    CONSTRAINT pk_membership PRIMARY KEY (id),
    CONSTRAINT fk_membership_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_membership_team_id_team FOREIGN KEY(team_id) REFERENCES team (id)
);

CREATE INDEX ix_membership_person_id ON membership (person_id);

CREATE INDEX ix_membership_team_id ON membership (team_id);

CREATE TABLE one_time_link (
    secret_hash VARCHAR(64) NOT NULL,
    person_id VARCHAR(32),
    use VARCHAR(40) NOT NULL,
    created_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    used_ms INTEGER,
    CONSTRAINT pk_one_time_link PRIMARY KEY (secret_hash),
    CONSTRAINT ck_one_time_link_use_word CHECK (use IN ('first-administrator', 'invitation', 'new-password', 'council-sign-in')),
    CONSTRAINT fk_one_time_link_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_one_time_link_person_id ON one_time_link (person_id);

CREATE TABLE role_grant (
    id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    role VARCHAR(40) NOT NULL,
    given_by VARCHAR(32),
    from_ms INTEGER NOT NULL,
    until_ms INTEGER,
    CONSTRAINT pk_role_grant PRIMARY KEY (id),
    CONSTRAINT ck_role_grant_role_word CHECK (role IN ('practitioner', 'coach', 'manager', 'researcher', 'administrator')),
    CONSTRAINT fk_role_grant_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_role_grant_given_by_person FOREIGN KEY(given_by) REFERENCES person (id)
);

CREATE INDEX ix_role_grant_person_id ON role_grant (person_id);

CREATE TABLE session (
    id VARCHAR(32) NOT NULL,
    worker_id VARCHAR(32) NOT NULL,
    team_id VARCHAR(32),
    setting VARCHAR(40) NOT NULL,
    state VARCHAR(40) NOT NULL,
    lawful_basis VARCHAR(40) NOT NULL,
    legal_status VARCHAR(40),
    held_on VARCHAR(10) NOT NULL,
    details BLOB,
    permission_epoch INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    shared_ms INTEGER,
    review_begun_ms INTEGER,
    confirmed_ms INTEGER,
    erased_ms INTEGER,
    CONSTRAINT pk_session PRIMARY KEY (id),
    CONSTRAINT ck_session_setting_word CHECK (setting IN ('direct_practice', 'supervision')),
    CONSTRAINT ck_session_state_word CHECK (state IN ('draft', 'waiting', 'processing', 'ready', 'failed', 'quarantined', 'withdrawn', 'erased')),
    CONSTRAINT ck_session_lawful_basis_word CHECK (lawful_basis IN ('consent', 'public-task', 'legal-obligation', 'legitimate-interests')),
    CONSTRAINT fk_session_worker_id_person FOREIGN KEY(worker_id) REFERENCES person (id),
    CONSTRAINT fk_session_team_id_team FOREIGN KEY(team_id) REFERENCES team (id)
);

CREATE INDEX ix_session_queue ON session (worker_id, created_ms);

CREATE INDEX ix_session_team_id ON session (team_id);

CREATE INDEX ix_session_worker_id ON session (worker_id);

CREATE TABLE sign_in (
    id VARCHAR(64) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    fresh_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    CONSTRAINT pk_sign_in PRIMARY KEY (id),
    CONSTRAINT fk_sign_in_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_sign_in_person_id ON sign_in (person_id);

CREATE TABLE token (
    id VARCHAR(32) NOT NULL,
    secret_hash VARCHAR(64) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    label VARCHAR(80) NOT NULL,
    scopes VARCHAR(200) NOT NULL,
    created_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    seen_ms INTEGER,
    ended_ms INTEGER,
    CONSTRAINT pk_token PRIMARY KEY (id),
    CONSTRAINT uq_token_secret_hash UNIQUE (secret_hash),
    CONSTRAINT fk_token_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_token_person_id ON token (person_id);

CREATE TABLE amendment (
    number INTEGER NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    about VARCHAR(64) NOT NULL,
    body BLOB,
    undoes INTEGER,
    act_id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_amendment PRIMARY KEY (number),
    CONSTRAINT uq_amendment_session_id_act_id UNIQUE (session_id, act_id),
    CONSTRAINT ck_amendment_kind_word CHECK (kind IN ('role', 'voice', 'words', 'split', 'merge', 'heard')),
    CONSTRAINT fk_amendment_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_amendment_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_amendment_session_id ON amendment (session_id);

CREATE TABLE artefact (
    blob_id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    stage VARCHAR(40) NOT NULL,
    content VARCHAR(40) NOT NULL,
    content_key VARCHAR(64) NOT NULL,
    size_bytes INTEGER NOT NULL,
    permission_epoch INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_artefact PRIMARY KEY (blob_id),
    CONSTRAINT uq_artefact_session_id_stage_content_key UNIQUE (session_id, stage, content_key),
    CONSTRAINT ck_artefact_content_word CHECK (content IN ('details', 'recording', 'transcript', 'coding', 'reflection', 'review', 'feedback', 'reply')),
    CONSTRAINT fk_artefact_session_id_session FOREIGN KEY(session_id) REFERENCES session (id)
);

CREATE INDEX ix_artefact_session_id ON artefact (session_id);

CREATE TABLE confirmation (
    number INTEGER NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    feedback_id VARCHAR(32) NOT NULL,
    body_hash VARCHAR(64) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_confirmation PRIMARY KEY (number),
    CONSTRAINT uq_confirmation_feedback_id_body_hash_person_id UNIQUE (feedback_id, body_hash, person_id),
    CONSTRAINT fk_confirmation_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_confirmation_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_confirmation_session_id ON confirmation (session_id);

CREATE TABLE hold (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    owner_id VARCHAR(32) NOT NULL,
    reason VARCHAR(40) NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    CONSTRAINT pk_hold PRIMARY KEY (id),
    CONSTRAINT ck_hold_reason_word CHECK (reason IN ('court', 'complaint', 'safeguarding', 'regulator')),
    CONSTRAINT fk_hold_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_hold_owner_id_person FOREIGN KEY(owner_id) REFERENCES person (id)
);

CREATE INDEX ix_hold_session_id ON hold (session_id);

CREATE TABLE participant (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    role VARCHAR(40) NOT NULL,
    place INTEGER NOT NULL,
    CONSTRAINT pk_participant PRIMARY KEY (id),
    CONSTRAINT uq_participant_session_id_role_place UNIQUE (session_id, role, place),
    CONSTRAINT ck_participant_role_word CHECK (role IN ('practitioner', 'parent_or_carer', 'child', 'other_family', 'other_professional', 'interpreter', 'supervisor', 'unknown')),
    CONSTRAINT fk_participant_session_id_session FOREIGN KEY(session_id) REFERENCES session (id)
);

CREATE INDEX ix_participant_session_id ON participant (session_id);

CREATE TABLE recording (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    blob_id VARCHAR(32) NOT NULL,
    content_mac VARCHAR(64) NOT NULL,
    size_bytes INTEGER NOT NULL,
    file_name BLOB,
    received_ms INTEGER NOT NULL,
    deleted_ms INTEGER,
    CONSTRAINT pk_recording PRIMARY KEY (id),
    CONSTRAINT uq_recording_session_id_content_mac UNIQUE (session_id, content_mac),
    CONSTRAINT ck_recording_kind_word CHECK (kind IN ('sound', 'transcript')),
    CONSTRAINT fk_recording_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT uq_recording_blob_id UNIQUE (blob_id)
);

CREATE INDEX ix_recording_session_id ON recording (session_id);

CREATE TABLE reflection (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    body BLOB,
    version INTEGER NOT NULL,
    rated_ms INTEGER,
    changed_ms INTEGER NOT NULL,
    CONSTRAINT pk_reflection PRIMARY KEY (id),
    CONSTRAINT uq_reflection_session_id UNIQUE (session_id),
    CONSTRAINT fk_reflection_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_reflection_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_reflection_session_id ON reflection (session_id);

CREATE TABLE review (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    coach_id VARCHAR(32) NOT NULL,
    state VARCHAR(40) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    scoring_key VARCHAR(64) NOT NULL,
    begun_ms INTEGER NOT NULL,
    revealed_ms INTEGER,
    finished_ms INTEGER,
    CONSTRAINT pk_review PRIMARY KEY (id),
    CONSTRAINT uq_review_session_id_coach_id_kind UNIQUE (session_id, coach_id, kind),
    CONSTRAINT ck_review_state_word CHECK (state IN ('open', 'finished')),
    CONSTRAINT ck_review_kind_word CHECK (kind IN ('open', 'blind', 'second', 'adjudication')),
    CONSTRAINT fk_review_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_review_coach_id_person FOREIGN KEY(coach_id) REFERENCES person (id)
);

CREATE INDEX ix_review_coach_id ON review (coach_id);

CREATE INDEX ix_review_session_id ON review (session_id);

CREATE TABLE decision (
    number INTEGER NOT NULL,
    review_id VARCHAR(32) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    about VARCHAR(64) NOT NULL,
    body BLOB,
    undoes INTEGER,
    act_id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_decision PRIMARY KEY (number),
    CONSTRAINT uq_decision_review_id_act_id UNIQUE (review_id, act_id),
    CONSTRAINT ck_decision_kind_word CHECK (kind IN ('flag', 'score', 'correction', 'note', 'opened')),
    CONSTRAINT fk_decision_review_id_review FOREIGN KEY(review_id) REFERENCES review (id),
    CONSTRAINT fk_decision_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_decision_review_id ON decision (review_id);

CREATE TABLE feedback (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    review_id VARCHAR(32) NOT NULL,
    author_id VARCHAR(32) NOT NULL,
    worker_id VARCHAR(32) NOT NULL,
    state VARCHAR(40) NOT NULL,
    body BLOB,
    version INTEGER NOT NULL,
    body_hash VARCHAR(64),
    confirmed_hash VARCHAR(64),
    confirmed_by VARCHAR(32),
    released_by VARCHAR(32),
    heard VARCHAR(40),
    heard_by VARCHAR(32),
    heard_ms INTEGER,
    changed_ms INTEGER NOT NULL,
    released_ms INTEGER,
    CONSTRAINT pk_feedback PRIMARY KEY (id),
    CONSTRAINT confirmed_by_a_person FOREIGN KEY(id, confirmed_hash, confirmed_by) REFERENCES confirmation (feedback_id, body_hash, person_id),
    CONSTRAINT ck_feedback_state_word CHECK (state IN ('draft', 'in-review', 'confirmed', 'released')),
    CONSTRAINT ck_feedback_confirmed_as_it_is CHECK (state NOT IN ('confirmed', 'released') OR (confirmed_by IS NOT NULL AND (body IS NULL OR (body_hash IS NOT NULL AND confirmed_hash IS NOT NULL AND confirmed_hash = body_hash)))),
    CONSTRAINT ck_feedback_released_by_someone CHECK (state <> 'released' OR (released_by IS NOT NULL AND released_ms IS NOT NULL AND heard IS NOT NULL)),
    CONSTRAINT ck_feedback_never_by_the_worker CHECK (confirmed_by <> worker_id AND released_by <> worker_id),
    CONSTRAINT ck_feedback_heard_word CHECK (heard IS NULL OR (heard IN ('conversation', 'waived') AND heard_by IS NOT NULL AND heard_ms IS NOT NULL)),
    CONSTRAINT ck_feedback_waived_by_the_worker CHECK (heard <> 'waived' OR heard_by = worker_id),
    CONSTRAINT ck_feedback_recorded_by_another CHECK (heard <> 'conversation' OR heard_by <> worker_id),
    CONSTRAINT fk_feedback_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_feedback_review_id_review FOREIGN KEY(review_id) REFERENCES review (id),
    CONSTRAINT fk_feedback_author_id_person FOREIGN KEY(author_id) REFERENCES person (id),
    CONSTRAINT fk_feedback_worker_id_person FOREIGN KEY(worker_id) REFERENCES person (id),
    CONSTRAINT fk_feedback_confirmed_by_person FOREIGN KEY(confirmed_by) REFERENCES person (id),
    CONSTRAINT fk_feedback_released_by_person FOREIGN KEY(released_by) REFERENCES person (id),
    CONSTRAINT fk_feedback_heard_by_person FOREIGN KEY(heard_by) REFERENCES person (id)
);

CREATE INDEX ix_feedback_author_id ON feedback (author_id);

CREATE INDEX ix_feedback_review_id ON feedback (review_id);

CREATE INDEX ix_feedback_session_id ON feedback (session_id);

CREATE TABLE job (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    recording_id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    state VARCHAR(40) NOT NULL,
    queue VARCHAR(40) NOT NULL,
    stage VARCHAR(40),
    fraction FLOAT NOT NULL,
    reason VARCHAR(40),
    attempts INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    permission_epoch INTEGER NOT NULL,
    worker_id VARCHAR(100),
    created_ms INTEGER NOT NULL,
    started_ms INTEGER,
    stage_started_ms INTEGER,
    ended_ms INTEGER,
    asked_to_stop_ms INTEGER,
    not_before_ms INTEGER NOT NULL,
    audio_ms INTEGER,
    CONSTRAINT pk_job PRIMARY KEY (id),
    CONSTRAINT ck_job_state_word CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    CONSTRAINT ck_job_reason_word CHECK (reason IN ('unreadable-recording', 'unreadable-transcript', 'no-speech', 'too-long', 'damaged-file', 'engine-failed', 'not-installed', 'machine-full', 'permission-over', 'withdrawn', 'cancelled', 'worker-lost')),
    CONSTRAINT ck_job_fraction_within CHECK (fraction >= 0 AND fraction <= 1),
    CONSTRAINT fk_job_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_job_recording_id_recording FOREIGN KEY(recording_id) REFERENCES recording (id),
    CONSTRAINT fk_job_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_job_person_id ON job (person_id);

CREATE INDEX ix_job_recording_id ON job (recording_id);

CREATE INDEX ix_job_session_id ON job (session_id);

CREATE INDEX ix_job_worker_id ON job (worker_id);

CREATE TABLE permission (
    number INTEGER NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    participant_id VARCHAR(32) NOT NULL,
    purpose VARCHAR(40) NOT NULL,
    answer VARCHAR(40) NOT NULL,
    how VARCHAR(40) NOT NULL,
    statement VARCHAR(80) NOT NULL,
    recorded_by VARCHAR(32),
    said_ms INTEGER NOT NULL,
    until_ms INTEGER,
    recorded_ms INTEGER NOT NULL,
    CONSTRAINT pk_permission PRIMARY KEY (number),
    CONSTRAINT ck_permission_purpose_word CHECK (purpose IN ('reflection', 'coaching', 'research', 'model-improvement')),
    CONSTRAINT ck_permission_answer_word CHECK (answer IN ('given', 'refused', 'withdrawn')),
    CONSTRAINT ck_permission_how_word CHECK (how IN ('spoken', 'written', 'recorded', 'through-parent')),
    CONSTRAINT fk_permission_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_permission_participant_id_participant FOREIGN KEY(participant_id) REFERENCES participant (id),
    CONSTRAINT fk_permission_recorded_by_person FOREIGN KEY(recorded_by) REFERENCES person (id)
);

CREATE INDEX ix_permission_participant_id ON permission (participant_id);

CREATE INDEX ix_permission_session_id ON permission (session_id);

CREATE TABLE upload (
    id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    state VARCHAR(40) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    length_bytes INTEGER NOT NULL,
    received_bytes INTEGER NOT NULL,
    file_name BLOB,
    repeat_key VARCHAR(64),
    recording_id VARCHAR(32),
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    claimed_until_ms INTEGER,
    CONSTRAINT pk_upload PRIMARY KEY (id),
    CONSTRAINT uq_upload_person_id_repeat_key UNIQUE (person_id, repeat_key),
    CONSTRAINT ck_upload_state_word CHECK (state IN ('open', 'complete', 'ended')),
    CONSTRAINT ck_upload_kind_word CHECK (kind IN ('sound', 'transcript')),
    CONSTRAINT ck_upload_received_within CHECK (received_bytes >= 0 AND received_bytes <= length_bytes),
    CONSTRAINT fk_upload_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_upload_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_upload_recording_id_recording FOREIGN KEY(recording_id) REFERENCES recording (id)
);

CREATE INDEX ix_upload_person_id ON upload (person_id);

CREATE INDEX ix_upload_session_id ON upload (session_id);

CREATE TABLE reply (
    number INTEGER NOT NULL,
    feedback_id VARCHAR(32) NOT NULL,
    session_id VARCHAR(32) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    about VARCHAR(64) NOT NULL,
    body BLOB,
    act_id VARCHAR(32) NOT NULL,
    person_id VARCHAR(32) NOT NULL,
    made_ms INTEGER NOT NULL,
    CONSTRAINT pk_reply PRIMARY KEY (number),
    CONSTRAINT uq_reply_feedback_id_act_id UNIQUE (feedback_id, act_id),
    CONSTRAINT ck_reply_kind_word CHECK (kind IN ('answer', 'contest', 'response')),
    CONSTRAINT fk_reply_feedback_id_feedback FOREIGN KEY(feedback_id) REFERENCES feedback (id),
    CONSTRAINT fk_reply_session_id_session FOREIGN KEY(session_id) REFERENCES session (id),
    CONSTRAINT fk_reply_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_reply_feedback_id ON reply (feedback_id);

CREATE INDEX ix_reply_session_id ON reply (session_id);

CREATE TABLE upload_part (
    blob_id VARCHAR(32) NOT NULL,
    upload_id VARCHAR(32) NOT NULL,
    state VARCHAR(40) NOT NULL,
    start_byte INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    CONSTRAINT pk_upload_part PRIMARY KEY (blob_id),
    CONSTRAINT ck_upload_part_state_word CHECK (state IN ('intended', 'stored', 'joined')),
    CONSTRAINT fk_upload_part_upload_id_upload FOREIGN KEY(upload_id) REFERENCES upload (id)
);

CREATE INDEX ix_upload_part_upload_id ON upload_part (upload_id);

CREATE UNIQUE INDEX uq_upload_part_stored ON upload_part (upload_id, start_byte) WHERE state = 'stored';
