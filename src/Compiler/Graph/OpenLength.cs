namespace RedGen.Compiler.Graphs;

/// <summary>A length that is known at run time only. Dimensions with one name have one length in every run.</summary>
/// <param name="Name">A name that is unique in the graph: the value and the axis where the length occurs first.</param>
/// <param name="Limit">The largest length that any run can have; null where nothing bounds it.</param>
/// <param name="Origin">What decides it, as messages name it.</param>
public sealed record OpenLength(string Name, long? Limit, string Origin);
