-- Who may ask: API tokens as SHA-256, with their roles as text ("analyst:prod engineer:*"). A token that was revoked stays, so that what it did keeps a name. Texts go through StoredText.

create table api_token (
    id            text    not null primary key,
    name          text    not null,
    token_sha256  blob    not null unique,
    roles         text    not null,
    created_us    integer not null,
    created_by    text    not null,
    expires_us    integer,
    revoked_us    integer
);
