// The choice of theme, kept on this station and nowhere else.

export const THEMES = ["light", "dark", "dim", "auto"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "reverie.theme";

export function isTheme(word: string | null | undefined): word is Theme {
  return THEMES.some((theme) => theme === word);
}

export function readTheme(): Theme | null {
  try {
    const word = localStorage.getItem(KEY);
    return isTheme(word) ? word : null;
  } catch {
    return null; // storage refused: private window or policy
  }
}

export function keepTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice then lasts for this page only.
  }
}
