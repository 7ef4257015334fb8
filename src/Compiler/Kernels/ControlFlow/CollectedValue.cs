using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>A value that every run of a loop adds to.</summary>
/// <param name="Output">The position among the body's planned outputs.</param>
/// <param name="Target">The position among the step's outputs.</param>
/// <param name="Name">The output's name in the model.</param>
/// <param name="Type">The output's type.</param>
/// <param name="Slice">The type of what a run adds.</param>
/// <param name="ListName">The local that takes slices where the output is sized at run time.</param>
/// <param name="SliceName">The local with a slice whose size is known at run time only.</param>
internal sealed record CollectedValue(int Output, int Target, string Name, TensorType Type, TensorType Slice, string ListName, string SliceName)
{
    /// <summary>Whether the output is put together when the loop has run.</summary>
    public bool IsOpen => !Type.IsStatic || IsListed;

    /// <summary>Whether that is so although the output's size is known.</summary>
    public bool IsListed { get; init; }

    /// <summary>The axis along which slices stand side by side.</summary>
    public int Axis { get; init; }

    /// <summary>Whether the last slice comes first.</summary>
    public bool IsReversed { get; init; }

    /// <summary>How many slices there is room for.</summary>
    public long Slices => Type.Shape![0].Value;

    /// <summary>Elements of a slice.</summary>
    private string SliceLength => CSharpLiteral.Of((int)Slice.Shape!.ElementCount);

    private string CSharp => Type.ElementType.CSharpName()!;

    /// <summary>Describes a value.</summary>
    public static CollectedValue Create(int output, int target, string name, TensorType type, TensorType slice, BufferNames names)
    {
        string stem = name.Length > CarriedValue.LongestName ? "collected" + CSharpLiteral.Of(target) : name;
        return new CollectedValue(output, target, name, type, slice, names.For("list " + CSharpLiteral.Of(target), stem), names.For("slice " + CSharpLiteral.Of(target), stem + "Slice"));
    }

    /// <summary>Writes the local before the loop.</summary>
    public void Declare(StepWriter writer, string label)
    {
        if (IsOpen) writer.Line($"var {ListName} = new SliceList<{CSharp}>({label});");
    }

    /// <summary>What a call of the body passes to take the slice of the current run.</summary>
    public string Argument(StepWriter writer, string index)
    {
        if (IsOpen) return Slice.IsStatic ? $"{ListName}.Add({SliceLength})" : $"out DynamicTensor<{CSharp}> {SliceName}";
        return $"{writer.Output(Target)}.Slice({(SliceLength == "1" ? index : index + " * " + SliceLength)}, {SliceLength})";
    }

    /// <summary>Writes what follows a run.</summary>
    public void Advance(StepWriter writer)
    {
        if (IsOpen && !Slice.IsStatic) writer.Line($"{ListName}.Add({SliceName});");
    }

    /// <summary>Writes what follows the last run.</summary>
    public void Finish(StepWriter writer)
    {
        if (!IsOpen) return;
        string lengths = "[" + string.Join(", ", Slice.Shape!.Dimensions.Select(d => d.IsConstant ? CSharpLiteral.Of((int)d.Value) : "-1")) + "]";
        string result = Axis == 0 && !IsReversed ? $"{ListName}.ToTensor({lengths})" : $"{ListName}.ToTensor({lengths}, axis: {CSharpLiteral.Of(Axis)}, isReversed: {(IsReversed ? "true" : "false")})";
        if (Type.IsStatic) writer.Line($"Tensors.Copy({CSharpLiteral.Of(writer.Step.Nodes[0].Label)}, {result}, {writer.Output(Target)}, {RunTimeParameters.List(Type.Shape!.ToArray())});");
        else writer.Line(writer.Step.Outputs.Length == 1 ? $"return {result};" : $"{writer.Output(Target)} = {result};");
    }
}
