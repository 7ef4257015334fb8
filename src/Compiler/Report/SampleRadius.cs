namespace RedGen.Compiler.Report;

/// <summary>How far a sample may be moved, in the largest norm, with its class proven to stay.</summary>
/// <param name="Sample">The sample's number.</param>
/// <param name="Label">Its class.</param>
/// <param name="Before">The radius that is proven of the network as trained; 0: none, or another class.</param>
/// <param name="After">The radius that is proven of the reduced network.</param>
public sealed record SampleRadius(int Sample, int Label, double Before, double After);
