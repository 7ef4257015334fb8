using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>A value whose shape changes from run to run, or is known at run time only: each run makes a new tensor.</summary>
internal sealed record OpenCarriedValue : LoopValue
{
    /// <summary>The lengths of the first value; null where it is a DynamicTensor.</summary>
    public required int[]? InitialLengths { get; init; }

    /// <summary>The lengths of what a run makes; null where it is a DynamicTensor.</summary>
    public required int[]? NextLengths { get; init; }

    /// <inheritdoc/>
    public override string Argument => NextLengths is null ? $"out DynamicTensor<{Type.CSharpName()}> {NextName}" : NextName;

    /// <summary>Names a value.</summary>
    public static OpenCarriedValue Create(int index, string input, TensorType first, TensorType next, int output, int initial, int target, BufferNames names)
    {
        string stem = input.Length > CarriedValue.LongestName ? "state" + CSharpLiteral.Of(index) : input;
        string Local(string what, string suffix) => names.For(what + CSharpLiteral.Of(index), stem + suffix);
        return new OpenCarriedValue
        {
            Input = input,
            Output = output,
            Initial = initial,
            Target = target,
            Type = first.ElementType,
            Name = Local("current ", ""),
            InitialName = Local("initial ", "Initial"),
            NextName = Local("next ", "Next"),
            InitialLengths = first.IsStatic ? first.Shape!.ToArray() : null,
            NextLengths = next.IsStatic ? next.Shape!.ToArray() : null,
        };
    }

    /// <inheritdoc/>
    public override void Declare(StepWriter writer, WorkspaceLayout layout, string row = "")
    {
        string initial = writer.Input(Initial);
        writer.Line($"DynamicTensor<{Type.CSharpName()}> {Name} = {(InitialLengths is null ? initial : $"Tensors.Of({initial}, {RunTimeParameters.List(InitialLengths)})")};");
    }

    /// <inheritdoc/>
    public override void Prepare(StepWriter writer)
    {
        if (Output >= 0 && NextLengths is not null) writer.Line($"var {NextName} = new {Type.CSharpName()}[{CSharpLiteral.Of((int)Shape.Of(NextLengths).ElementCount)}];");
    }

    /// <inheritdoc/>
    public override void Advance(StepWriter writer)
    {
        if (Output >= 0) writer.Line($"{Name} = {(NextLengths is null ? NextName : $"new DynamicTensor<{Type.CSharpName()}>({NextName}, {RunTimeParameters.List(NextLengths)})")};");
    }

    /// <inheritdoc/>
    public override void Finish(StepWriter writer, string row = "")
    {
        if (Target >= 0) writer.Line(writer.Step.Outputs.Length == 1 ? $"return {Name};" : $"{writer.Output(Target)} = {Name};");
    }
}
