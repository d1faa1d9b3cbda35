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
