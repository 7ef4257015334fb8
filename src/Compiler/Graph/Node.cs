using System.Collections.Immutable;

namespace RedGen.Compiler.Graphs;

/// <summary>What a node computes: the operator's domain and name, and the opset version that the model imports.</summary>
/// <param name="Domain">The domain; empty for ai.onnx.</param>
/// <param name="Name">The operator's name.</param>
/// <param name="Version">The opset version of the domain in force for the node.</param>
public readonly record struct OperatorId(string Domain, string Name, int Version)
{
    /// <summary>The name with its domain, where that is not ai.onnx.</summary>
    public string QualifiedName => Domain.Length == 0 ? Name : Domain + "." + Name;

    /// <inheritdoc/>
    public override string ToString() => QualifiedName + "-" + Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>One operation of a graph. Inputs and outputs name values; an empty name is an optional one left out.</summary>
public sealed record Node
{
    /// <summary>The node's name in the file; made up from operator and position where the file has none, so never empty.</summary>
    public required string Name { get; init; }

    /// <summary>The operator.</summary>
    public required OperatorId Operator { get; init; }

    /// <summary>The values read.</summary>
    public required ImmutableArray<string> Inputs { get; init; }

    /// <summary>The values written.</summary>
    public required ImmutableArray<string> Outputs { get; init; }

    /// <summary>The attributes.</summary>
    public NodeAttributes Attributes { get; init; } = NodeAttributes.Empty;

    /// <summary>
    /// The name of the node whose step computes this one too (a Relu after a Conv, say): a mark for the planner, set by
    /// Passes/MarkFusion. It does not change what the node means. Null: a step of its own.
    /// </summary>
    public string? FusedInto { get; init; }

    /// <summary>The name of an input; empty where it is left out.</summary>
    public string Input(int index) => index < Inputs.Length ? Inputs[index] : "";

    /// <summary>Whether an input is given.</summary>
    public bool HasInput(int index) => Input(index).Length > 0;

    /// <summary>The name of an output; empty where it is left out.</summary>
    public string Output(int index) => index < Outputs.Length ? Outputs[index] : "";

    /// <summary>Whether an output is asked for.</summary>
    public bool HasOutput(int index) => Output(index).Length > 0;

    /// <summary>How messages name the node: <c>node 'conv1' (Conv)</c>.</summary>
    public string Label => "node '" + Name + "' (" + Operator.QualifiedName + ")";

    /// <inheritdoc/>
    public override string ToString() => Label;
}
