using System.Collections.Immutable;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Options;

/// <summary>Who can see the generated class.</summary>
public enum Accessibility
{
    /// <summary><c>internal</c>.</summary>
    Internal,

    /// <summary><c>public</c>.</summary>
    Public,
}

/// <summary>Which kind of machine the code is for.</summary>
public enum Profile
{
    /// <summary>.NET 8 and later, SIMD.</summary>
    Auto,

    /// <summary>C# 7.3 and netstandard2.0 with System.Memory: Unity, .NET Framework and older .NET (docs/portable.md).</summary>
    Portable,

    /// <summary>Bare microcontrollers: plain loops over spans, all memory from the caller (docs/micro.md).</summary>
    Micro,
}

/// <summary>How much freedom the order of float operations has.</summary>
public enum FloatMode
{
    /// <summary>Sums may be reordered and contracted for speed.</summary>
    Fast,

    /// <summary>One order, no contraction, RedGen's own mathematics: the same bits on every machine, those of <see cref="Profile.Micro"/>.</summary>
    Strict,
}

/// <summary>What code for microcontrollers is made for.</summary>
public enum OptimiseGoal
{
    /// <summary>Few instructions for the flash that they take.</summary>
    Balanced,

    /// <summary>Little flash.</summary>
    Size,

    /// <summary>Few instructions.</summary>
    Speed,
}

/// <summary>Where the weights live in the generated code.</summary>
public enum WeightTier
{
    /// <summary>By size: literals, then strings, then a resource.</summary>
    Auto,

    /// <summary>As Auto; hashed weights stay codebook and indices, which kernels decode as they read.</summary>
    InPlace,

    /// <summary>As Auto; hashed weights are expanded into the kernels' own layout once, at the first use.</summary>
    Expand,

    /// <summary>Readable literals.</summary>
    Literal,

    /// <summary>Packed string constants.</summary>
    String,

    /// <summary>A binary resource of the assembly.</summary>
    Resource,
}

/// <summary>Where generated code finds RedGen's kernels.</summary>
public enum RuntimeMode
{
    /// <summary>In the package's RedGen.Runtime assembly.</summary>
    Package,

    /// <summary>In source emitted beside the model.</summary>
    Source,
}

/// <summary>How values lie in memory inside the plan.</summary>
internal enum LayoutMode
{
    /// <summary>As the planner weighs it.</summary>
    Auto,

    /// <summary>As ONNX has them.</summary>
    Plain,

    /// <summary>Channels last wherever there is a kernel for it.</summary>
    ChannelsLast,
}

/// <summary>How the weights are reduced.</summary>
public enum Hashing
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By the extrema of the density of the weights; an interval's value is its mode.</summary>
    Kde,

    /// <summary>As <see cref="Kde"/>; an interval's value is its mean.</summary>
    KdeMean,

    /// <summary>By RedGen's own codebooks.</summary>
    Adaptive,
}

/// <summary>Which outputs of a layer are computed once for several.</summary>
public enum Merging
{
    /// <summary>Every output is computed.</summary>
    None,

    /// <summary>Those whose hashed weights and bias are equal: exact.</summary>
    Strict,

    /// <summary>Those that are close too, inside the tolerance.</summary>
    Relaxed,
}

/// <summary>What a layer's computation is chosen for.</summary>
public enum Lowering
{
    /// <summary>The profile's target: SIMD for <see cref="Profile.Auto"/>.</summary>
    Auto,

    /// <summary>An in-order processor without SIMD, where a multiplication costs more than an addition.</summary>
    Scalar,

    /// <summary>The fewest multiplications, whatever they save: the count of the reports as running code.</summary>
    Fewest,
}

/// <summary>What a user can say about one model. OptionTable reads and prints it; docs/options.md explains it.</summary>
public sealed record CompilerOptions
{
    /// <summary>Namespace of the generated class; empty is the global one.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Name of the generated class; null: made from the file's name.</summary>
    public string? ClassName { get; init; }

    /// <summary>Who sees the class.</summary>
    public Accessibility Accessibility { get; init; } = Accessibility.Internal;

    /// <summary>The kind of machine.</summary>
    public Profile Profile { get; init; } = Profile.Auto;

    /// <summary>The float mode.</summary>
    public FloatMode Float { get; init; } = FloatMode.Fast;

    /// <summary>Whether layers are plain loops of one order, without vectors, wherever there are kernels for it.</summary>
    internal bool IsScalar => Profile != Profile.Auto || Float == FloatMode.Strict;

    /// <summary>Whether code is held to C# 7.3 and netstandard2.0.</summary>
    internal bool IsPortable => Profile == Profile.Portable;

    /// <summary>Whether code is held to what a microcontroller has: on one, and where the same bits are asked for on every machine.</summary>
    internal bool IsBareMetal => Profile == Profile.Micro || Float == FloatMode.Strict;

    /// <summary>The weight tier.</summary>
    public WeightTier Weights { get; init; } = WeightTier.Auto;

    /// <summary>The runtime mode.</summary>
    public RuntimeMode Runtime { get; init; } = RuntimeMode.Package;

    /// <summary>The reduction.</summary>
    public Hashing Hashing { get; init; } = Hashing.Adaptive;

    /// <summary>The relative error that the reduction may cause at the outputs; null: the default of the method.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Inputs and the outputs that they get at the next step, <c>h=hn,c=cn</c>; <c>none</c>: no state; empty: found by their names.</summary>
    public string State { get; init; } = "";

    /// <summary>The largest certified error of any output element; beyond it the compilation fails. Null: any.</summary>
    public double? MaxError { get; init; }

    /// <summary>The most bytes of constants; beyond it the compilation fails. Null: any.</summary>
    public long? FlashBudget { get; init; }

    /// <summary>The most bytes of scratch memory of a call; beyond it the compilation fails. Null: any.</summary>
    public long? RamBudget { get; init; }

    /// <summary>The merging of equal outputs.</summary>
    public Merging Merging { get; init; } = Merging.Strict;

    /// <summary>What layers are lowered for.</summary>
    public Lowering Lowering { get; init; } = Lowering.Auto;

    /// <summary>The costs that kernels are chosen by, as the user wrote it: the name of a table that comes with RedGen, or a file; empty: <c>x64</c>.</summary>
    public string Costs { get; init; } = "";

    /// <summary>The kernels of steps by node, in place of those of the plan file; null: as the plan file says.</summary>
    internal ImmutableDictionary<string, string>? Kernels { get; init; }

    /// <summary>Measured microseconds by node and kernel, which the planner weighs in place of its table's; null: none.</summary>
    internal ImmutableDictionary<string, ImmutableDictionary<string, double>>? KernelTimes { get; init; }

    /// <summary>Whether the plan lists the kernels of each step that has more than one (<see cref="Plan.ExecutionPlan.Candidates"/>).</summary>
    internal bool ListsKernels { get; init; }

    /// <summary>The lowering of all layers with hashed weights, so that tests can run each on the same layer; null: as <see cref="Lowering"/> says.</summary>
    internal SplitLowering? OnlyLowering { get; init; }

    /// <summary>How values lie in memory inside the plan, so that tests can compare.</summary>
    internal LayoutMode Layouts { get; init; }

    /// <summary>The values that inputs take, as the user wrote them: <c>0..1</c>, or <c>image=0..255,state=-1..1</c>; empty: not declared.</summary>
    public string InputRange { get; init; } = "";

    /// <summary>Properties that a build proves of the generated code, as statements in their plain form, separated by semicolons; empty: none.</summary>
    public string Prove { get; init; } = "";

    /// <summary>Whether inputs are taken to lie in <see cref="InputRange"/>, so that what none of them needs is left out.</summary>
    public bool TrustRange { get; init; }

    /// <summary>The file of samples that the search measures on, as the user wrote it; empty: none.</summary>
    public string Samples { get; init; } = "";

    /// <summary>Whether the optimising passes run; false compiles the graph as it stands (for finding a pass's bug).</summary>
    public bool Optimise { get; init; } = true;

    /// <summary>What the code is made for; of interest to <see cref="Profile.Micro"/>.</summary>
    public OptimiseGoal Goal { get; init; }

    /// <summary>Values for symbolic dimensions (<c>seq</c> → 128) and for unnamed axes (<c>input:1</c> → 512).</summary>
    public ImmutableSortedDictionary<string, int> Dims { get; init; } = ImmutableSortedDictionary.Create<string, int>(System.StringComparer.Ordinal);

    /// <summary>Whether <see cref="Dims"/> is meant for several models, so that a dimension which this one lacks is no mistake.</summary>
    public bool DimsAreShared { get; init; }

    /// <summary>
    /// The name of the resource that holds the weights when the tier is <see cref="WeightTier.Resource"/>; null while the
    /// host has no way to embed one.
    /// </summary>
    public string? WeightResource { get; init; }

    /// <summary>Whether the class is declared partial by the user ([RedGenModel]): modifiers are then the user's.</summary>
    public bool IsPartial { get; init; }
}
