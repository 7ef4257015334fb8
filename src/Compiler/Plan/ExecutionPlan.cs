using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Red;
using RedGen.Compiler.State;

namespace RedGen.Compiler.Plan;

/// <summary>What generated code says about where it comes from.</summary>
/// <param name="FileName">The model's file name.</param>
/// <param name="Sha256">Its hash.</param>
/// <param name="Opset">The version of ai.onnx.</param>
/// <param name="Producer">The tool that wrote it.</param>
/// <param name="Documentation">The file's description.</param>
/// <param name="Parameters">Elements of the initializers as imported.</param>
public sealed record ModelInfo(string FileName, string Sha256, int Opset, string Producer, string Documentation, long Parameters);

/// <summary>A model ready to be emitted: every step with its kernel, every value with its buffer, all sizes exact.</summary>
public sealed class ExecutionPlan
{
    /// <summary>Where the model comes from.</summary>
    public required ModelInfo Info { get; init; }

    /// <summary>The options that the plan was made with.</summary>
    public required CompilerOptions Options { get; init; }

    /// <summary>The class's name.</summary>
    public required string ClassName { get; init; }

    /// <summary>The graph that the steps compute.</summary>
    public required Graph Graph { get; init; }

    /// <summary>Inputs that get an output of the step before; none for a model without state.</summary>
    public ImmutableArray<StatePair> States { get; init; } = [];

    /// <summary>Whether many runs can be made in one call: not where runs are a sequence, or where their outputs have lengths of run time.</summary>
    public bool HasBatches => Options.Profile != Profile.Micro && States.IsEmpty && Graph.Inputs.Length > 0 && Outputs.All(o => Buffers[o].Storage != Storage.Dynamic);

    /// <summary>Whether several threads can share one run: there is a layer that they divide, and all sizes are known.</summary>
    public bool IsDivisible => HasBatches && Root.Steps.Any(static s => s.IsDivisible) && Buffers.Values.All(static b => b.Storage != Storage.Dynamic);

    /// <summary>What the reduction did.</summary>
    public required ModelReduction Reduction { get; init; }

    /// <summary>The kernels of each step that has more than one, where the options ask for them.</summary>
    internal ImmutableArray<StepCandidates> Candidates { get; init; } = [];

    /// <summary>The steps.</summary>
    public required Block Root { get; init; }

    /// <summary>The name of each step; empty for views.</summary>
    public required ImmutableArray<string> StepNames { get; init; }

    /// <summary>The buffer of every value that a step reads or writes, and of every input and output.</summary>
    public required ImmutableDictionary<string, Buffer> Buffers { get; init; }

    /// <summary>The value that holds each output of the graph, in the graph's order: the output itself, or a copy of it.</summary>
    public required ImmutableArray<string> Outputs { get; init; }

    /// <summary>The workspace of each step; null for those without.</summary>
    public required ImmutableArray<Buffer?> Workspaces { get; init; }

    /// <summary>Bytes of scratch memory of one call.</summary>
    public required int ArenaBytes { get; init; }

    /// <summary>The least that any placement needs: the largest sum of buffers alive at one step.</summary>
    public required int ArenaLowerBound { get; init; }

    /// <summary>Scratch memory ÷ the least that any placement needs; 1 without scratch memory.</summary>
    public double ArenaRatio => ArenaLowerBound == 0 ? 1 : (double)ArenaBytes / ArenaLowerBound;

    /// <summary>Bytes of constants, each distinct array once.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Elements of the float constants that the steps' nodes read, each constant once, without the padding of a kernel's layout.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of one inference.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>Multiplications of one inference when every layer is computed by its lowering with the fewest (docs/red.md).</summary>
    public required long Multiplications { get; init; }

    /// <summary>The share of the unreduced model's multiplications that the reduction removed, by hashing and by merging; 0 without one.</summary>
    public double MultiplicationsRemoved
        => MultiplyAdds + Reduction.MultiplyAddsMerged is var before && before != 0 ? 1 - ((double)Multiplications / before) : 0;
}
