namespace RedGen.Compiler.Red.Merge;

/// <summary>What becomes of the positions of a value's channel axis.</summary>
/// <param name="Count">How many are kept.</param>
/// <param name="Kept">By position whether it stays.</param>
/// <param name="NewIndex">By position where its numbers are found from now on: its own new place, or that of the position it was merged into; −1 for one that went away as a constant.</param>
/// <param name="Constant">By position the number of one that went away as a constant.</param>
internal sealed record AxisMap(int Count, bool[] Kept, int[] NewIndex, double[] Constant);
