-- The database as workers on machines without the keystore see it: what their stages need, and nothing of people,
-- sign-ins or reviews. What was said in a session is sealed wherever it stands.
-- Run it in the service's database as PostgreSQL's administrator, after the first `practice upgrade` and again after
-- each later one; then give the role a password: \password practice_worker
BEGIN;
DO $role$
DECLARE
    owner_name text := (SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = 'session');
    found record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'practice_worker') THEN
        CREATE ROLE practice_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO practice_worker', current_database());
    -- The engine's own tables are shared with workers beside the keystore, whoever of them made them.
    CREATE SCHEMA IF NOT EXISTS dbos;
    ALTER SCHEMA dbos OWNER TO practice_worker;
    FOR found IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'dbos'::regnamespace AND c.relkind IN ('r', 'v') LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO practice_worker', found.name);
    END LOOP;
    FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'dbos'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO practice_worker', found.name);
    END LOOP;
    EXECUTE format('GRANT practice_worker TO %I', owner_name);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA dbos GRANT ALL ON TABLES TO practice_worker', owner_name);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA dbos GRANT ALL ON SEQUENCES TO practice_worker', owner_name);
END
$role$;

GRANT USAGE ON SCHEMA public TO practice_worker;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM practice_worker;

-- What the policy decides by, and what a stage is given.
GRANT SELECT ON alembic_version, session, recording, participant, permission, coaching, membership, erasure, amendment, feedback
    TO practice_worker;
GRANT UPDATE (state) ON session TO practice_worker;

-- What a worker takes, does and leaves.
GRANT SELECT, UPDATE ON job TO practice_worker;
GRANT SELECT, INSERT, UPDATE (made_ms) ON artefact TO practice_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON worker, pace TO practice_worker;
GRANT SELECT, INSERT ON audit TO practice_worker;
GRANT SELECT, INSERT, UPDATE ON audit_head TO practice_worker;

-- One setting: which engines it built. The others are out of its sight.
GRANT SELECT, INSERT, DELETE ON setting TO practice_worker;
ALTER TABLE setting ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS engines_alone ON setting;
CREATE POLICY engines_alone ON setting TO practice_worker USING (name = 'engines') WITH CHECK (name = 'engines');
COMMIT;
