// Every page works without this file; it only spares the person a little work.
(() => {
  "use strict";

  const RESEND_AFTER_MS = 15000;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  document.documentElement.classList.add("js");

  // «Показать пароль»: one button for the fields that it names.
  each("[data-reveal]", (button) => {
    const fields = button.dataset.reveal.split(" ").map((name) => document.getElementById("f-" + name));
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      fields.forEach((field) => { field.type = shown ? "text" : "password"; });
    });
    // A password that stays readable would be kept by the browser among ordinary answers.
    fields[0].form.addEventListener("submit", () => fields.forEach((field) => { field.type = "password"; }));
  });

  // A phone is taken as it is typed, and shown back in one shape.
  const shownPhone = (text) => {
    let digits = text.replace(/\D/g, "");
    if (digits.length === 10 && digits[0] === "9") digits = "7" + digits;
    if (digits.length !== 11 || !/^[78]/.test(digits) || /[^\d\s()+.\-\u00a0\u2010-\u2015]/.test(text)) return text;
    return digits.replace(/^.(\d{3})(\d{3})(\d\d)(\d\d)$/, "+7 $1 $2-$3-$4");
  };
  each("[data-phone]", (field) => {
    field.addEventListener("blur", () => { field.value = shownPhone(field.value); });
  });

  each("[data-autosubmit]", (field) => {
    field.addEventListener("change", () => field.form.requestSubmit());
  });

  each("[data-print]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // A second press while the first is on its way would send the form twice.
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button[type=submit]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
    window.setTimeout(() => release(form), RESEND_AFTER_MS);
  });
  // The page may come back from the browser's own memory, with the guard still set.
  window.addEventListener("pageshow", () => each("form[data-sent]", release));

  const first = document.querySelector("[data-focus]");
  if (first) first.focus();
})();
