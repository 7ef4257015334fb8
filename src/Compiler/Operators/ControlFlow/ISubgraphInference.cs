using System.Collections.Immutable;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>What the inference of a node with subgraphs asks of the pass that runs it: the pass knows the values around the node.</summary>
internal interface ISubgraphInference
{
    /// <summary>Infers and folds a subgraph whose inputs have the given types.</summary>
    /// <exception cref="Diagnostics.ModelException">A node of the subgraph has a problem.</exception>
    Graph Infer(Graph subgraph, ImmutableArray<ValueType> inputs);

    /// <summary>The same, where shapes that do not fit only mean that the subgraph cannot run.</summary>
    /// <param name="subgraph">The subgraph.</param>
    /// <param name="inputs">The types of its inputs.</param>
    /// <param name="conflict">Why it cannot run; null where it can.</param>
    /// <returns>The subgraph, or null where it cannot run.</returns>
    Graph? TryInfer(Graph subgraph, ImmutableArray<ValueType> inputs, out string? conflict);

    /// <summary>The type that the file declares for a value, or null.</summary>
    ValueType? Declared(string value);

    /// <summary>The lengths that the file declares for an output of the node, or for a value that surely has the same shape; null where there are none.</summary>
    int[]? DeclaredLengths(string output);

    /// <summary>The constant of a value around the node, or null.</summary>
    Tensor? Constant(string value);

    /// <summary>A name like the hint that no value and no node of the model has.</summary>
    string FreshName(string hint);
}
