-- The audit chain: rows are only ever appended; the head is one sealed note of the last row.
CREATE FUNCTION practice_only_next_audit() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $next$
BEGIN
    IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence) + 1, 0) FROM audit) THEN
        RAISE EXCEPTION USING MESSAGE = 'audit rows are only appended', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$next$;

CREATE TRIGGER audit_only_next BEFORE INSERT ON audit
FOR EACH ROW EXECUTE FUNCTION practice_only_next_audit();

CREATE TRIGGER audit_never_changed BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION practice_refuse('audit rows are never changed');

CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION practice_refuse('audit rows are never deleted');

CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('audit rows are never deleted');

CREATE TRIGGER audit_head_never_deleted BEFORE DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION practice_refuse('the note of the last audit row is never deleted');

CREATE TRIGGER audit_head_never_emptied BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('the note of the last audit row is never deleted');
