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

CREATE FUNCTION practice_feedback_worker() RETURNS trigger LANGUAGE plpgsql AS $worker$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM session WHERE id = NEW.session_id AND worker_id = NEW.worker_id) THEN
        RAISE EXCEPTION USING MESSAGE = 'feedback is of the worker of its session', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$worker$;

CREATE TRIGGER feedback_of_the_worker BEFORE INSERT ON feedback
FOR EACH ROW EXECUTE FUNCTION practice_feedback_worker();

CREATE TRIGGER feedback_begins_as_draft BEFORE INSERT ON feedback
FOR EACH ROW WHEN (NEW.state <> 'draft' OR NEW.confirmed_hash IS NOT NULL OR NEW.confirmed_by IS NOT NULL OR NEW.released_by IS NOT NULL OR NEW.released_ms IS NOT NULL)
EXECUTE FUNCTION practice_refuse('feedback begins as a draft');

CREATE TRIGGER feedback_stays_released BEFORE UPDATE ON feedback
FOR EACH ROW WHEN (OLD.state = 'released' AND NOT (
    NEW.id IS NOT DISTINCT FROM OLD.id
    AND NEW.session_id IS NOT DISTINCT FROM OLD.session_id
    AND NEW.review_id IS NOT DISTINCT FROM OLD.review_id
    AND NEW.author_id IS NOT DISTINCT FROM OLD.author_id
    AND NEW.worker_id IS NOT DISTINCT FROM OLD.worker_id
    AND NEW.state IS NOT DISTINCT FROM OLD.state
    AND (NEW.body IS NOT DISTINCT FROM OLD.body OR NEW.body IS NULL)
    AND NEW.version IS NOT DISTINCT FROM OLD.version
    AND (NEW.body_hash IS NOT DISTINCT FROM OLD.body_hash OR NEW.body_hash IS NULL)
    AND (NEW.confirmed_hash IS NOT DISTINCT FROM OLD.confirmed_hash OR NEW.confirmed_hash IS NULL)
    AND NEW.confirmed_by IS NOT DISTINCT FROM OLD.confirmed_by
    AND NEW.released_by IS NOT DISTINCT FROM OLD.released_by
    AND NEW.heard IS NOT DISTINCT FROM OLD.heard
    AND NEW.heard_by IS NOT DISTINCT FROM OLD.heard_by
    AND NEW.heard_ms IS NOT DISTINCT FROM OLD.heard_ms
    AND NEW.changed_ms IS NOT DISTINCT FROM OLD.changed_ms
    AND NEW.released_ms IS NOT DISTINCT FROM OLD.released_ms
))
EXECUTE FUNCTION practice_refuse('released feedback is never changed');

CREATE TRIGGER feedback_of_the_same BEFORE UPDATE ON feedback
FOR EACH ROW WHEN (NOT (NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.session_id IS NOT DISTINCT FROM OLD.session_id AND NEW.review_id IS NOT DISTINCT FROM OLD.review_id AND NEW.author_id IS NOT DISTINCT FROM OLD.author_id AND NEW.worker_id IS NOT DISTINCT FROM OLD.worker_id))
EXECUTE FUNCTION practice_refuse('feedback stays with its session, review, author and worker');

CREATE TRIGGER feedback_one_step BEFORE UPDATE ON feedback
FOR EACH ROW WHEN (NEW.state <> OLD.state AND NOT ((OLD.state = 'draft' AND NEW.state = 'in-review') OR (OLD.state = 'in-review' AND NEW.state = 'confirmed') OR (OLD.state = 'confirmed' AND NEW.state = 'released') OR (OLD.state = 'in-review' AND NEW.state = 'draft') OR (OLD.state = 'confirmed' AND NEW.state = 'draft')))
EXECUTE FUNCTION practice_refuse('feedback goes one step at a time');

CREATE TRIGGER feedback_read_before BEFORE UPDATE ON feedback
FOR EACH ROW WHEN (NEW.state IN ('confirmed', 'released') AND NEW.state <> OLD.state AND (NEW.body IS NULL OR NEW.body_hash IS NULL OR NEW.confirmed_hash IS NULL OR NEW.confirmed_by IS NULL))
EXECUTE FUNCTION practice_refuse('feedback is confirmed by a person who read it');

CREATE TRIGGER feedback_as_confirmed BEFORE UPDATE ON feedback
FOR EACH ROW WHEN (NEW.state IN ('confirmed', 'released') AND NOT ((NEW.body IS NOT DISTINCT FROM OLD.body OR NEW.body IS NULL) AND (NEW.body_hash IS NOT DISTINCT FROM OLD.body_hash OR NEW.body_hash IS NULL)))
EXECUTE FUNCTION practice_refuse('confirmed feedback keeps its content');

CREATE TRIGGER feedback_never_deleted BEFORE DELETE ON feedback
FOR EACH ROW WHEN (OLD.state = 'released')
EXECUTE FUNCTION practice_refuse('released feedback is never deleted');

CREATE TRIGGER feedback_never_emptied BEFORE TRUNCATE ON feedback
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('released feedback is never deleted');
