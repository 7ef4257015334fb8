namespace System.Runtime.CompilerServices;

/// <summary>Marks methods that ILC knows by name and computes itself.</summary>
public sealed class IntrinsicAttribute : Attribute;

/// <summary>Marks what must not be written to.</summary>
public sealed class IsReadOnlyAttribute : Attribute;

/// <summary>Marks structures that live on the stack alone.</summary>
public sealed class IsByRefLikeAttribute : Attribute;

/// <summary>Marks type parameters that are unmanaged.</summary>
public sealed class IsUnmanagedAttribute : Attribute;

/// <summary>Modifies volatile fields.</summary>
public static class IsVolatile;

/// <summary>Marks locals that start undefined.</summary>
public sealed class SkipLocalsInitAttribute : Attribute;

/// <summary>Marks structures whose memory somebody else reads.</summary>
public sealed class UnsafeValueTypeAttribute : Attribute;

/// <summary>Marks what the compiler wrote.</summary>
public sealed class CompilerGeneratedAttribute : Attribute;

/// <summary>Which freedoms the compiler of the assembly takes.</summary>
public sealed class CompilationRelaxationsAttribute : Attribute
{
    /// <summary>Names them.</summary>
    public CompilationRelaxationsAttribute(int relaxations) => _ = relaxations;
}

/// <summary>How exceptions are wrapped; there are none.</summary>
public sealed class RuntimeCompatibilityAttribute : Attribute
{
    /// <summary>Whether foreign exceptions are wrapped.</summary>
    public bool WrapNonExceptionThrows { get; set; }
}

/// <summary>What the language may use here.</summary>
public static class RuntimeFeature
{
    /// <summary>Fields that are references.</summary>
    public const string ByRefFields = nameof(ByRefFields);

    /// <summary>Spans as type arguments.</summary>
    public const string ByRefLikeGenerics = nameof(ByRefLikeGenerics);

    /// <summary>nint is IntPtr.</summary>
    public const string NumericIntPtr = nameof(NumericIntPtr);

    /// <summary>Function pointers with conventions.</summary>
    public const string UnmanagedSignatureCallingConvention = nameof(UnmanagedSignatureCallingConvention);
}

/// <summary>How a method is compiled.</summary>
public enum MethodImplOptions
{
    /// <summary>Never into its callers.</summary>
    NoInlining = 8,

    /// <summary>Into its callers.</summary>
    AggressiveInlining = 256,

    /// <summary>Fully optimised at once; ILC does so anyhow.</summary>
    AggressiveOptimization = 512,

    /// <summary>By the runtime.</summary>
    InternalCall = 4096,
}

/// <summary>How a method is compiled.</summary>
public sealed class MethodImplAttribute : Attribute
{
    /// <summary>Says how.</summary>
    public MethodImplAttribute(MethodImplOptions options) => _ = options;
}

/// <summary>Constant data.</summary>
public static class RuntimeHelpers
{
    /// <summary>Where the characters of a text begin.</summary>
    public static unsafe int OffsetToStringData => sizeof(IntPtr) + sizeof(int);

    /// <summary>The constants behind <c>ReadOnlySpan&lt;float&gt; X =&gt; new[] { … }</c>: ILC puts them into .rodata, aligned to their elements.</summary>
    [Intrinsic]
    public static ReadOnlySpan<T> CreateSpan<T>(RuntimeFieldHandle field)
    {
        _ = field;
        return default;
    }
}

/// <summary>Arithmetic on references; ILC computes each as one instruction.</summary>
public static unsafe class Unsafe
{
    /// <summary>A pointer as a reference.</summary>
    [Intrinsic]
    public static ref T AsRef<T>(void* pointer) => ref AsRef<T>(pointer);

    /// <summary>The reference so many elements further.</summary>
    [Intrinsic]
    public static ref T Add<T>(ref T source, int elements) => ref Add<T>(ref source, elements);

    /// <summary>The reference to other elements at the same place.</summary>
    [Intrinsic]
    public static ref TTo As<TFrom, TTo>(ref TFrom source) => ref As<TFrom, TTo>(ref source);

    /// <summary>Whether one reference lies behind another.</summary>
    [Intrinsic]
    public static bool IsAddressGreaterThan<T>(ref T left, ref T right) => IsAddressGreaterThan<T>(ref left, ref right);
}
