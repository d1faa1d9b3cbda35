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
    AND NEW.person_id IS OLD.person_id
    AND NEW.made_ms IS OLD.made_ms
)
BEGIN SELECT RAISE(ABORT, 'rows of decision are never changed'); END;

CREATE TRIGGER decision_never_deleted BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'rows of decision are never deleted'); END;
