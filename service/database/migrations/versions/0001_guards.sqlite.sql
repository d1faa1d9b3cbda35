CREATE TRIGGER permission_never_replaced BEFORE INSERT ON permission
WHEN NEW.number IN (SELECT number FROM permission)
BEGIN SELECT RAISE(ABORT, 'rows of permission are only appended'); END;

CREATE TRIGGER permission_never_changed BEFORE UPDATE ON permission
WHEN NOT (
    NEW.number IS OLD.number
    AND NEW.session_id IS OLD.session_id
    AND NEW.participant_id IS OLD.participant_id
    AND NEW.purpose IS OLD.purpose
    AND NEW.answer IS OLD.answer
    AND NEW.how IS OLD.how
    AND NEW.statement IS OLD.statement
    AND NEW.recorded_by IS OLD.recorded_by
    AND NEW.said_ms IS OLD.said_ms
    AND NEW.until_ms IS OLD.until_ms
    AND NEW.recorded_ms IS OLD.recorded_ms
)
BEGIN SELECT RAISE(ABORT, 'rows of permission are never changed'); END;

CREATE TRIGGER permission_never_deleted BEFORE DELETE ON permission
BEGIN SELECT RAISE(ABORT, 'rows of permission are never deleted'); END;

CREATE TRIGGER amendment_never_replaced BEFORE INSERT ON amendment
WHEN NEW.number IN (SELECT number FROM amendment)
BEGIN SELECT RAISE(ABORT, 'rows of amendment are only appended'); END;

CREATE TRIGGER amendment_never_changed BEFORE UPDATE ON amendment
WHEN NOT (
    NEW.number IS OLD.number
    AND NEW.session_id IS OLD.session_id
    AND NEW.kind IS OLD.kind
    AND NEW.about IS OLD.about
    AND (NEW.body IS OLD.body OR NEW.body IS NULL)
    AND NEW.undoes IS OLD.undoes
    AND NEW.act_id IS OLD.act_id
    AND NEW.person_id IS OLD.person_id
    AND NEW.made_ms IS OLD.made_ms
)
BEGIN SELECT RAISE(ABORT, 'rows of amendment are never changed'); END;

CREATE TRIGGER amendment_never_deleted BEFORE DELETE ON amendment
BEGIN SELECT RAISE(ABORT, 'rows of amendment are never deleted'); END;

CREATE TRIGGER decision_never_replaced BEFORE INSERT ON decision
WHEN NEW.number IN (SELECT number FROM decision)
BEGIN SELECT RAISE(ABORT, 'rows of decision are only appended'); END;

CREATE TRIGGER decision_never_changed BEFORE UPDATE ON decision
WHEN NOT (
    NEW.number IS OLD.number
    AND NEW.review_id IS OLD.review_id
    AND NEW.kind IS OLD.kind
    AND NEW.about IS OLD.about
    AND (NEW.body IS OLD.body OR NEW.body IS NULL)
    AND NEW.undoes IS OLD.undoes
    AND NEW.act_id IS OLD.act_id
    AND NEW.person_id IS OLD.person_id
    AND NEW.made_ms IS OLD.made_ms
)
BEGIN SELECT RAISE(ABORT, 'rows of decision are never changed'); END;

CREATE TRIGGER decision_never_deleted BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'rows of decision are never deleted'); END;

CREATE TRIGGER confirmation_never_replaced BEFORE INSERT ON confirmation
WHEN NEW.number IN (SELECT number FROM confirmation)
BEGIN SELECT RAISE(ABORT, 'rows of confirmation are only appended'); END;

CREATE TRIGGER confirmation_never_changed BEFORE UPDATE ON confirmation
WHEN NOT (
    NEW.number IS OLD.number
    AND NEW.session_id IS OLD.session_id
    AND NEW.feedback_id IS OLD.feedback_id
    AND NEW.body_hash IS OLD.body_hash
    AND NEW.person_id IS OLD.person_id
    AND NEW.made_ms IS OLD.made_ms
)
BEGIN SELECT RAISE(ABORT, 'rows of confirmation are never changed'); END;

CREATE TRIGGER confirmation_never_deleted BEFORE DELETE ON confirmation
BEGIN SELECT RAISE(ABORT, 'rows of confirmation are never deleted'); END;

CREATE TRIGGER reply_never_replaced BEFORE INSERT ON reply
WHEN NEW.number IN (SELECT number FROM reply)
BEGIN SELECT RAISE(ABORT, 'rows of reply are only appended'); END;

CREATE TRIGGER reply_never_changed BEFORE UPDATE ON reply
WHEN NOT (
    NEW.number IS OLD.number
    AND NEW.feedback_id IS OLD.feedback_id
    AND NEW.session_id IS OLD.session_id
    AND NEW.kind IS OLD.kind
    AND NEW.about IS OLD.about
    AND (NEW.body IS OLD.body OR NEW.body IS NULL)
    AND NEW.act_id IS OLD.act_id
    AND NEW.person_id IS OLD.person_id
    AND NEW.made_ms IS OLD.made_ms
)
BEGIN SELECT RAISE(ABORT, 'rows of reply are never changed'); END;

CREATE TRIGGER reply_never_deleted BEFORE DELETE ON reply
BEGIN SELECT RAISE(ABORT, 'rows of reply are never deleted'); END;

CREATE TRIGGER feedback_begins_as_draft BEFORE INSERT ON feedback
WHEN NEW.state <> 'draft' OR NEW.confirmed_hash IS NOT NULL OR NEW.confirmed_by IS NOT NULL OR NEW.released_by IS NOT NULL OR NEW.released_ms IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'feedback begins as a draft'); END;

CREATE TRIGGER feedback_stays_released BEFORE UPDATE ON feedback
WHEN OLD.state = 'released' AND NOT (
    NEW.id IS OLD.id
    AND NEW.session_id IS OLD.session_id
    AND NEW.review_id IS OLD.review_id
    AND NEW.author_id IS OLD.author_id
    AND NEW.worker_id IS OLD.worker_id
    AND NEW.state IS OLD.state
    AND (NEW.body IS OLD.body OR NEW.body IS NULL)
    AND NEW.version IS OLD.version
    AND (NEW.body_hash IS OLD.body_hash OR NEW.body_hash IS NULL)
    AND (NEW.confirmed_hash IS OLD.confirmed_hash OR NEW.confirmed_hash IS NULL)
    AND NEW.confirmed_by IS OLD.confirmed_by
    AND NEW.released_by IS OLD.released_by
    AND NEW.heard IS OLD.heard
    AND NEW.heard_by IS OLD.heard_by
    AND NEW.heard_ms IS OLD.heard_ms
    AND NEW.changed_ms IS OLD.changed_ms
    AND NEW.released_ms IS OLD.released_ms
)
BEGIN SELECT RAISE(ABORT, 'released feedback is never changed'); END;

CREATE TRIGGER feedback_of_the_same BEFORE UPDATE ON feedback
WHEN NOT (NEW.id IS OLD.id AND NEW.session_id IS OLD.session_id AND NEW.review_id IS OLD.review_id AND NEW.author_id IS OLD.author_id AND NEW.worker_id IS OLD.worker_id)
BEGIN SELECT RAISE(ABORT, 'feedback stays with its session, review, author and worker'); END;

CREATE TRIGGER feedback_one_step BEFORE UPDATE ON feedback
WHEN NEW.state <> OLD.state AND NOT ((OLD.state = 'draft' AND NEW.state = 'in-review') OR (OLD.state = 'in-review' AND NEW.state = 'confirmed') OR (OLD.state = 'confirmed' AND NEW.state = 'released') OR (OLD.state = 'in-review' AND NEW.state = 'draft') OR (OLD.state = 'confirmed' AND NEW.state = 'draft'))
BEGIN SELECT RAISE(ABORT, 'feedback goes one step at a time'); END;

CREATE TRIGGER feedback_read_before BEFORE UPDATE ON feedback
WHEN NEW.state IN ('confirmed', 'released') AND NEW.state <> OLD.state AND (NEW.body IS NULL OR NEW.body_hash IS NULL OR NEW.confirmed_hash IS NULL OR NEW.confirmed_by IS NULL)
BEGIN SELECT RAISE(ABORT, 'feedback is confirmed by a person who read it'); END;

CREATE TRIGGER feedback_as_confirmed BEFORE UPDATE ON feedback
WHEN NEW.state IN ('confirmed', 'released') AND NOT ((NEW.body IS OLD.body OR NEW.body IS NULL) AND (NEW.body_hash IS OLD.body_hash OR NEW.body_hash IS NULL))
BEGIN SELECT RAISE(ABORT, 'confirmed feedback keeps its content'); END;

CREATE TRIGGER feedback_never_deleted BEFORE DELETE ON feedback
WHEN OLD.state = 'released'
BEGIN SELECT RAISE(ABORT, 'released feedback is never deleted'); END;

CREATE TRIGGER feedback_of_the_worker BEFORE INSERT ON feedback
WHEN NOT EXISTS (SELECT 1 FROM session WHERE id = NEW.session_id AND worker_id = NEW.worker_id)
BEGIN SELECT RAISE(ABORT, 'feedback is of the worker of its session'); END;

CREATE TRIGGER feedback_never_replaced BEFORE INSERT ON feedback
WHEN NEW.id IN (SELECT id FROM feedback)
BEGIN SELECT RAISE(ABORT, 'feedback is never replaced'); END;
