-- What the views of `nested` give, in tables of `flat`, in the order of people.

create table flat.people as from nested.people;
create table flat.roles as from nested.roles order by person_id;
create table flat.schools as from nested.schools order by person_id;
create table flat.certifications as from nested.certifications order by person_id;
