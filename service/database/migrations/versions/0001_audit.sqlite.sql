-- The audit chain: rows are only ever appended; the head is one sealed note of the last row.
-- An insert that replaces a row fires no delete trigger by default, so the insert trigger looks at the number too.
CREATE TRIGGER audit_only_next BEFORE INSERT ON audit
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence) + 1, 0) FROM audit)
BEGIN SELECT RAISE(ABORT, 'audit rows are only appended'); END;

CREATE TRIGGER audit_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

CREATE TRIGGER audit_head_never_deleted BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the note of the last audit row is never deleted'); END;
