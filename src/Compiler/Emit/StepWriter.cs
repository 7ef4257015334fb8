using System.Collections.Immutable;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>What a step's emission writes to: the body of one method, whose parameters and constants have C# names.</summary>
public sealed class StepWriter
{
    private readonly ImmutableArray<string> _inputs;
    private readonly ImmutableArray<string> _outputs;
    private readonly ImmutableArray<string> _weights;

    internal StepWriter(SourceWriter code, ExecutionPlan plan, Step step, ImmutableArray<string> inputs, ImmutableArray<string> outputs, ImmutableArray<string> weights, ImmutableArray<EmittedBody> bodies)
    {
        Bodies = bodies;
        Code = code;
        Plan = plan;
        Step = step;
        _inputs = inputs;
        _outputs = outputs;
        _weights = weights;
    }

    /// <summary>The methods of <see cref="Step.Bodies"/>.</summary>
    internal ImmutableArray<EmittedBody> Bodies { get; }

    /// <summary>The method's body.</summary>
    public SourceWriter Code { get; }

    /// <summary>The plan.</summary>
    public ExecutionPlan Plan { get; }

    /// <summary>The name of the step's method.</summary>
    internal string Method { get; init; } = "";

    /// <summary>The step.</summary>
    public Step Step { get; }

    /// <summary>Whether a value's shape is known at run time only: it is a DynamicTensor then, not a span.</summary>
    public bool IsOpen(string value) => Plan.Buffers[value].Storage == Storage.Dynamic;

    /// <summary>The name of a ReadOnlySpan with all elements of an input.</summary>
    public string Input(int index) => _inputs[index];

    /// <summary>The name of a ReadOnlySpan with the residual that a kernel adds, its second input; <c>default</c> where there is none.</summary>
    public string Residual => _inputs.Length > 1 ? _inputs[1] : "default";

    /// <summary>The name of a Span with all elements of an output.</summary>
    public string Output(int index) => _outputs[index];

    /// <summary>The name of a ReadOnlySpan with one of <see cref="Step.Weights"/>; of a kept one three arguments: what it is made from, what keeps it, and its layer there.</summary>
    public string Weight(int index) => _weights[index];

    /// <summary>Whether one of <see cref="Step.Weights"/> is made in first runs and kept later (<see cref="WeightTransform.Keeper"/>).</summary>
    public bool IsKept(int index) => Step.Weights[index].Transform is { Keeper: { } keeper } && _weights[index].Contains(", Expanded." + keeper + ", ");

    /// <summary>The name of a ReadOnlySpan with the weight that has a role; <c>default</c> where the step has none.</summary>
    public string WeightOf(string role)
    {
        for (int i = 0; i < Step.Weights.Length; i++)
            if (Step.Weights[i].Role == role) return _weights[i];
        return "default";
    }

    /// <summary>The name of the Span of scratch memory; only where <see cref="Step.WorkspaceLength"/> is not 0.</summary>
    public string Workspace => "workspace";

    /// <summary>Writes a line.</summary>
    public void Line(string text = "") => Code.Line(text);

    /// <summary>Writes a header and a block in braces.</summary>
    public SourceWriter.BlockScope Block(string header) => Code.Block(header);
}
