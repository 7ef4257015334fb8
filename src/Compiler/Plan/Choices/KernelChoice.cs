namespace RedGen.Compiler.Plan.Choices;

/// <summary>The kernel that was measured to be the best for a step.</summary>
/// <param name="Node">The node that the step is named after in the optimised graph.</param>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Microseconds">What it took on the machine that measured.</param>
public sealed record KernelChoice(string Node, string Kernel, double Microseconds);
