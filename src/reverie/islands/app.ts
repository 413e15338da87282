// Every page: alarms, forms, locking, the theme choice, panels that close. No page depends on it to be read.
import { watchAlarms } from "./alarm-screen";
import { all, find } from "./dom";
import { watchFinder } from "./finder";
import { watchForms } from "./forms";
import { keepTyped } from "./keep-typed";
import { watchIdleness } from "./idle";
import { isTheme, keepTheme, readTheme } from "./theme-choice";
import { readWords } from "./words";

function offerThemes(): void {
  const theme = readTheme() ?? document.documentElement.dataset["theme"] ?? "auto";
  for (const choice of all<HTMLInputElement>("[data-theme-choice] input")) {
    choice.checked = choice.value === theme;
    choice.addEventListener("change", () => {
      if (isTheme(choice.value)) keepTheme(choice.value);
    });
  }
}

function closePanels(): void {
  const close = (panel: HTMLDetailsElement): void => {
    const inside = panel.contains(document.activeElement);
    panel.open = false;
    if (inside) find("summary", panel)?.focus();
  };
  const open = (): HTMLDetailsElement[] => all<HTMLDetailsElement>("details[data-closes][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const panel of open()) close(panel);
  });
  document.addEventListener("pointerdown", (event) => {
    for (const panel of open()) {
      if (!(event.target instanceof Node && panel.contains(event.target))) panel.open = false;
    }
  });
  document.addEventListener("focusin", (event) => {
    for (const panel of open()) {
      if (!(event.target instanceof Node && panel.contains(event.target))) panel.open = false;
    }
  });
}

offerThemes();
closePanels();
watchForms(readWords(document));
keepTyped();
watchFinder();
watchIdleness();
watchAlarms();
