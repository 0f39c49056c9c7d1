/**
 * What cannot be made again from the log: how people prove who they are, and their sessions. No rebuild touches it, and
 * it commits durably. For `migrate(database, 'accounts', accountsSchema)`; statements are only ever added.
 */
export const accountsSchema: readonly string[] = [
  // Keys of the installation, wrapped by the master key.
  `CREATE TABLE secret (
     name text PRIMARY KEY,
     wrapped text NOT NULL
   )`,
  // One row for each address, as a keyed hash. Unconfirmed ones are reserved for a registration under way.
  `CREATE TABLE email (
     email_hash text PRIMARY KEY,
     user_id uuid NOT NULL UNIQUE,
     organization_id uuid NOT NULL,
     command_id text NOT NULL,
     reserved_at timestamptz NOT NULL DEFAULT now(),
     confirmed_at timestamptz
   )`,
  `CREATE TABLE credential (
     user_id uuid PRIMARY KEY,
     organization_id uuid NOT NULL,
     password_hash text NOT NULL,
     changed_at timestamptz NOT NULL DEFAULT now()
   )`,
  // Registrations under way: what is needed to finish them after a crash. The row goes with the last step.
  `CREATE TABLE registration (
     user_id uuid PRIMARY KEY,
     organization_id uuid NOT NULL,
     organization_name text,
     invitation_id uuid,
     started_at timestamptz NOT NULL DEFAULT now(),
     CHECK ((organization_name IS NULL) <> (invitation_id IS NULL))
   )`,
  `CREATE INDEX registration_started_at ON registration (started_at)`,
  `CREATE TABLE session (
     session_id uuid PRIMARY KEY,
     organization_id uuid NOT NULL,
     user_id uuid NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     ended_at timestamptz
   )`,
  `CREATE INDEX session_of_user ON session (user_id) WHERE ended_at IS NULL`,
  `CREATE TABLE refresh_token (
     token_hash text PRIMARY KEY,
     session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
     expires_at timestamptz NOT NULL,
     used_at timestamptz
   )`,
  `CREATE INDEX refresh_token_of_session ON refresh_token (session_id)`,
  `CREATE INDEX refresh_token_expires_at ON refresh_token (expires_at)`,
  `CREATE TABLE invitation (
     invitation_id uuid PRIMARY KEY,
     organization_id uuid NOT NULL,
     email_hash text,
     sealed_email jsonb,
     invited_by uuid NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     key_destroyed_at timestamptz
   )`,
  `CREATE INDEX invitation_of_organization ON invitation (organization_id, created_at DESC, invitation_id)`,
  `CREATE INDEX invitation_key_expires_at ON invitation (expires_at) WHERE key_destroyed_at IS NULL`,
  // From where somebody has logged in before: such attempts are not slowed by what others try elsewhere.
  `CREATE TABLE known_address (
     user_id uuid NOT NULL,
     address_hash text NOT NULL,
     last_login_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (user_id, address_hash)
   )`,
  // Deactivations whose last steps (sessions, rooms without an admin) may still have to be done.
  `CREATE TABLE departure (
     user_id uuid PRIMARY KEY,
     organization_id uuid NOT NULL,
     actor_id uuid NOT NULL,
     command_id text NOT NULL,
     started_at timestamptz NOT NULL DEFAULT now()
   )`,
  // Erasures and how far they are; nothing here says who somebody was. One that is done stays to be asked about.
  `CREATE TABLE erasure (
     erasure_id uuid PRIMARY KEY,
     organization_id uuid NOT NULL,
     user_id uuid NOT NULL UNIQUE,
     command_id text NOT NULL,
     step text NOT NULL DEFAULT 'requested'
       CHECK (step IN ('requested', 'keys-destroyed', 'content-erased', 'rewritten', 'done')),
     started_at timestamptz NOT NULL DEFAULT now(),
     finished_at timestamptz,
     CHECK ((step = 'done') = (finished_at IS NOT NULL))
   )`,
  `CREATE INDEX erasure_unfinished ON erasure (started_at) WHERE finished_at IS NULL`,
];
