#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// The points at which polynomials are multiplied: 0, ±1, ∞ for four of them, 0, ±√½, ±√2, ∞ for six. Two pairs around 1 whose product
/// is 1 keep the numbers of the transforms small, and with them the error: half of that of the usual 0, ±1, ±2, ∞ (docs/decisions/0011).
/// </summary>
internal static class WinogradPoints
{
    internal const float Small = 0.70710678f;
    internal const float Large = 1.41421356f;
    internal const float SmallSquare = 0.5f;
    internal const float LargeSquare = 2f;
}
