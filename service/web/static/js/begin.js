// Before anything is drawn: GOV.UK Frontend styles what only works with scripts by these classes.
document.documentElement.classList.add("js-enabled", "govuk-frontend-supported");
