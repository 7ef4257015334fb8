using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.State;

/// <summary>An input whose value at the next step is an output of this one.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Output">The output's name; of the input's type and shape.</param>
/// <param name="Initial">The value before the first step; null: zeros.</param>
public sealed record StatePair(string Input, string Output, Tensor? Initial);
