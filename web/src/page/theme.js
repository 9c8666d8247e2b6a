/**
 * Runs before the first paint: says that scripts work, and applies the colours that were chosen on an earlier visit.
 * Without a choice the system decides.
 */
document.documentElement.classList.add('js');
try {
  const chosen = localStorage.getItem('pocketrec.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // No storage: the system's colours.
}
