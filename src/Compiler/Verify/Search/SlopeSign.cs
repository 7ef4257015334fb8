namespace RedGen.Compiler.Verify.Search;

/// <summary>The direction that a gradient's element points in.</summary>
internal static class SlopeSign
{
    /// <summary>1, −1 or 0; 0 for NaN, where a function has no slope and no direction is better than another.</summary>
    internal static int Of(double slope) => slope > 0 ? 1 : slope < 0 ? -1 : 0;
}
