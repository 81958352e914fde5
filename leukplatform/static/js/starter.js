// Puts the letter that belongs to the chosen conclusion into its text field, as long as nobody has changed the field.
// The letters stand in the page as [data-starter="VALUE"], with the ids of their field and the name of the choice.
const letters = [...document.querySelectorAll("[data-starter]")];

const textOf = (letter) => [...letter.querySelectorAll("p")].map((paragraph) => paragraph.textContent.trim()).join("\n\n");

if (letters.length) {
  const { starterFor, starterChoice } = letters[0].dataset;
  const field = document.getElementById(starterFor);
  const own = () => field.value.trim() !== "" && !letters.some((letter) => textOf(letter) === field.value.trim());

  for (const choice of document.querySelectorAll(`input[name="${CSS.escape(starterChoice)}"]`)) {
    choice.addEventListener("change", () => {
      const letter = letters.find((one) => one.dataset.starter === choice.value);
      if (letter && !own()) field.value = textOf(letter);
    });
  }
}
