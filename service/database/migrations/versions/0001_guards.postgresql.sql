CREATE FUNCTION practice_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END
$refuse$;

CREATE TRIGGER permission_never_changed BEFORE UPDATE ON permission
FOR EACH ROW WHEN (NOT (
    NEW.number IS NOT DISTINCT FROM OLD.number
    AND NEW.session_id IS NOT DISTINCT FROM OLD.session_id
    AND NEW.participant_id IS NOT DISTINCT FROM OLD.participant_id
    AND NEW.purpose IS NOT DISTINCT FROM OLD.purpose
    AND NEW.answer IS NOT DISTINCT FROM OLD.answer
    AND NEW.how IS NOT DISTINCT FROM OLD.how
    AND NEW.statement IS NOT DISTINCT FROM OLD.statement
    AND NEW.recorded_by IS NOT DISTINCT FROM OLD.recorded_by
    AND NEW.said_ms IS NOT DISTINCT FROM OLD.said_ms
    AND NEW.until_ms IS NOT DISTINCT FROM OLD.until_ms
    AND NEW.recorded_ms IS NOT DISTINCT FROM OLD.recorded_ms
))
EXECUTE FUNCTION practice_refuse('rows of permission are never changed');

CREATE TRIGGER permission_never_deleted BEFORE DELETE ON permission
FOR EACH ROW EXECUTE FUNCTION practice_refuse('rows of permission are never deleted');

CREATE TRIGGER permission_never_emptied BEFORE TRUNCATE ON permission
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('rows of permission are never deleted');

CREATE TRIGGER amendment_never_changed BEFORE UPDATE ON amendment
FOR EACH ROW WHEN (NOT (
    NEW.number IS NOT DISTINCT FROM OLD.number
    AND NEW.session_id IS NOT DISTINCT FROM OLD.session_id
    AND NEW.kind IS NOT DISTINCT FROM OLD.kind
    AND NEW.about IS NOT DISTINCT FROM OLD.about
    AND (NEW.body IS NOT DISTINCT FROM OLD.body OR NEW.body IS NULL)
    AND NEW.undoes IS NOT DISTINCT FROM OLD.undoes
    AND NEW.act_id IS NOT DISTINCT FROM OLD.act_id
    AND NEW.person_id IS NOT DISTINCT FROM OLD.person_id
    AND NEW.made_ms IS NOT DISTINCT FROM OLD.made_ms
))
EXECUTE FUNCTION practice_refuse('rows of amendment are never changed');

CREATE TRIGGER amendment_never_deleted BEFORE DELETE ON amendment
FOR EACH ROW EXECUTE FUNCTION practice_refuse('rows of amendment are never deleted');

CREATE TRIGGER amendment_never_emptied BEFORE TRUNCATE ON amendment
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('rows of amendment are never deleted');

CREATE TRIGGER decision_never_changed BEFORE UPDATE ON decision
FOR EACH ROW WHEN (NOT (
    NEW.number IS NOT DISTINCT FROM OLD.number
    AND NEW.review_id IS NOT DISTINCT FROM OLD.review_id
    AND NEW.kind IS NOT DISTINCT FROM OLD.kind
    AND NEW.about IS NOT DISTINCT FROM OLD.about
    AND (NEW.body IS NOT DISTINCT FROM OLD.body OR NEW.body IS NULL)
    AND NEW.undoes IS NOT DISTINCT FROM OLD.undoes
    AND NEW.act_id IS NOT DISTINCT FROM OLD.act_id
    AND NEW.person_id IS NOT DISTINCT FROM OLD.person_id
    AND NEW.made_ms IS NOT DISTINCT FROM OLD.made_ms
))
EXECUTE FUNCTION practice_refuse('rows of decision are never changed');

CREATE TRIGGER decision_never_deleted BEFORE DELETE ON decision
FOR EACH ROW EXECUTE FUNCTION practice_refuse('rows of decision are never deleted');

CREATE TRIGGER decision_never_emptied BEFORE TRUNCATE ON decision
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('rows of decision are never deleted');

CREATE TRIGGER confirmation_never_changed BEFORE UPDATE ON confirmation
FOR EACH ROW WHEN (NOT (
    NEW.number IS NOT DISTINCT FROM OLD.number
    AND NEW.session_id IS NOT DISTINCT FROM OLD.session_id
    AND NEW.feedback_id IS NOT DISTINCT FROM OLD.feedback_id
    AND NEW.body_hash IS NOT DISTINCT FROM OLD.body_hash
    AND NEW.person_id IS NOT DISTINCT FROM OLD.person_id
    AND NEW.made_ms IS NOT DISTINCT FROM OLD.made_ms
))
EXECUTE FUNCTION practice_refuse('rows of confirmation are never changed');

CREATE TRIGGER confirmation_never_deleted BEFORE DELETE ON confirmation
FOR EACH ROW EXECUTE FUNCTION practice_refuse('rows of confirmation are never deleted');

CREATE TRIGGER confirmation_never_emptied BEFORE TRUNCATE ON confirmation
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('rows of confirmation are never deleted');

CREATE TRIGGER reply_never_changed BEFORE UPDATE ON reply
FOR EACH ROW WHEN (NOT (
    NEW.number IS NOT DISTINCT FROM OLD.number
    AND NEW.feedback_id IS NOT DISTINCT FROM OLD.feedback_id
    AND NEW.session_id IS NOT DISTINCT FROM OLD.session_id
    AND NEW.kind IS NOT DISTINCT FROM OLD.kind
    AND NEW.about IS NOT DISTINCT FROM OLD.about
    AND (NEW.body IS NOT DISTINCT FROM OLD.body OR NEW.body IS NULL)
    AND NEW.act_id IS NOT DISTINCT FROM OLD.act_id
    AND NEW.person_id IS NOT DISTINCT FROM OLD.person_id
    AND NEW.made_ms IS NOT DISTINCT FROM OLD.made_ms
))
EXECUTE FUNCTION practice_refuse('rows of reply are never changed');

CREATE TRIGGER reply_never_deleted BEFORE DELETE ON reply
FOR EACH ROW EXECUTE FUNCTION practice_refuse('rows of reply are never deleted');

CREATE TRIGGER reply_never_emptied BEFORE TRUNCATE ON reply
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('rows of reply are never deleted');
