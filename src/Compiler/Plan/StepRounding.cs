namespace RedGen.Compiler.Plan;

/// <summary>How far the float32 results of a step's kernel may be from the reals that its nodes define: what verification adds to its bounds (docs/verification.md).</summary>
internal enum StepRounding
{
    /// <summary>
    /// As the nodes themselves, computed one by one: sums of products in any order, with or without fused multiply-adds, and with scales or codebooks taken apart; functions within
    /// 8 ULP; elements moved as they are. What a kernel does otherwise must stay within these errors, as a comment there argues.
    /// </summary>
    OfNodes,

    /// <summary>A convolution by Winograd's minimal filtering (docs/decisions/0011).</summary>
    Winograd,
}
