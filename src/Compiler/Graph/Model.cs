using System.Collections.Immutable;

namespace RedGen.Compiler.Graphs;

/// <summary>A function that a model defines: a graph body with named attributes.</summary>
/// <param name="Id">Domain and name; the version is that of the domain's import.</param>
/// <param name="Inputs">Names of the formal inputs.</param>
/// <param name="Outputs">Names of the formal outputs.</param>
/// <param name="Attributes">Names of attributes that a call gives.</param>
/// <param name="AttributeDefaults">Attributes with a default.</param>
/// <param name="Nodes">The body.</param>
/// <param name="OpsetImports">The opsets of the body, by domain.</param>
public sealed record Function(
    OperatorId Id,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableArray<string> Attributes,
    NodeAttributes AttributeDefaults,
    ImmutableArray<Node> Nodes,
    ImmutableSortedDictionary<string, int> OpsetImports);

/// <summary>An imported model: its graph, and what the file says around it.</summary>
/// <param name="Graph">The main graph.</param>
/// <param name="Functions">The model's own functions.</param>
/// <param name="OpsetImports">The opset version of each domain; the empty name is ai.onnx.</param>
/// <param name="IrVersion">The version of the file format.</param>
/// <param name="Producer">The tool that wrote the file, as stated.</param>
/// <param name="Documentation">The file's own description.</param>
public sealed record Model(
    Graph Graph,
    ImmutableArray<Function> Functions,
    ImmutableSortedDictionary<string, int> OpsetImports,
    long IrVersion,
    string Producer,
    string Documentation)
{
    /// <summary>Initializers that the file lists as inputs too: inputs with a default value.</summary>
    public ImmutableArray<string> DefaultedInputs { get; init; } = [];
}
