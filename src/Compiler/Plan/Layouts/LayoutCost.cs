namespace RedGen.Compiler.Plan.Layouts;

/// <summary>
/// What the layout planner weighs, in picoseconds of one core with 512-bit vectors (docs/decisions/0010). Only the proportions matter,
/// and only where they are far apart: a region is worth its conversions or it is not.
/// </summary>
internal static class LayoutCost
{
    /// <summary>Lanes that a convolution fills with output channels.</summary>
    public const int Lanes = 16;

    /// <summary>An element moved from one layout to the other.</summary>
    public const long Move = 300;

    /// <summary>An 8-bit integer moved from one layout to the other.</summary>
    public const long MoveByte = 60;

    /// <summary>A multiply-add of a convolution over planes.</summary>
    public const long PlainMultiplyAdd = 18;

    /// <summary>A multiply-add of a convolution over channels, those of empty lanes included.</summary>
    public const long MultiplyAdd = 8;

    /// <summary>What a multiply-add of a depthwise convolution gains.</summary>
    public const long Depthwise = 30;

    /// <summary>What an element under a pooling's window gains.</summary>
    public const long Pooled = 60;

    /// <summary>What an element loses that is copied or broadcast by short rows of channels.</summary>
    public const long ShortRow = 60;
}
