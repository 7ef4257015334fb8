namespace System.Runtime.InteropServices
{
    /// <summary>How a structure lies in memory.</summary>
    public enum LayoutKind
    {
        /// <summary>In order.</summary>
        Sequential = 0,

        /// <summary>By offsets.</summary>
        Explicit = 2,

        /// <summary>As the compiler likes.</summary>
        Auto = 3,
    }

    /// <summary>How texts are passed.</summary>
    public enum CharSet
    {
        /// <summary>As bytes.</summary>
        Ansi = 2,

        /// <summary>As UTF-16.</summary>
        Unicode = 3,
    }

    /// <summary>How parameters are passed to C; the language asks for it where type parameters are unmanaged.</summary>
    public enum UnmanagedType
    {
        /// <summary>A byte.</summary>
        U1 = 4,
    }

    /// <summary>How a structure lies in memory.</summary>
    public sealed class StructLayoutAttribute : Attribute
    {
        /// <summary>Its bytes.</summary>
        public int Size;

        /// <summary>Its alignment at most.</summary>
        public int Pack;

        /// <summary>How its texts are passed.</summary>
        public CharSet CharSet;

        /// <summary>Says how.</summary>
        public StructLayoutAttribute(LayoutKind kind) => _ = kind;
    }

    /// <summary>Where a field lies.</summary>
    public sealed class FieldOffsetAttribute : Attribute
    {
        /// <summary>Says where.</summary>
        public FieldOffsetAttribute(int offset) => _ = offset;
    }

    /// <summary>Marks parameters that are read alone.</summary>
    public sealed class InAttribute : Attribute;

    /// <summary>Marks parameters that are written alone.</summary>
    public sealed class OutAttribute : Attribute;

    /// <summary>Gives a method a name that C calls.</summary>
    public sealed class UnmanagedCallersOnlyAttribute : Attribute
    {
        /// <summary>The name.</summary>
        public string EntryPoint;
    }

    /// <summary>Spans of other elements over the same memory.</summary>
    public static class MemoryMarshal
    {
        /// <summary>The elements of a span as others.</summary>
        [CompilerServices.MethodImpl(CompilerServices.MethodImplOptions.AggressiveInlining)]
        public static unsafe Span<TTo> Cast<TFrom, TTo>(Span<TFrom> span)
            where TFrom : unmanaged
            where TTo : unmanaged
            => new(ref CompilerServices.Unsafe.As<TFrom, TTo>(ref span.Start), (int)((uint)(span.Length * sizeof(TFrom)) / (uint)sizeof(TTo)));

        /// <summary>The elements of a span as others.</summary>
        [CompilerServices.MethodImpl(CompilerServices.MethodImplOptions.AggressiveInlining)]
        public static unsafe ReadOnlySpan<TTo> Cast<TFrom, TTo>(ReadOnlySpan<TFrom> span)
            where TFrom : unmanaged
            where TTo : unmanaged
            => new(ref CompilerServices.Unsafe.As<TFrom, TTo>(ref span.Start), (int)((uint)(span.Length * sizeof(TFrom)) / (uint)sizeof(TTo)));

        /// <summary>A span's first element.</summary>
        public static ref T GetReference<T>(Span<T> span) => ref span.Start;

        /// <summary>A span's first element.</summary>
        public static ref T GetReference<T>(ReadOnlySpan<T> span) => ref span.Start;
    }
}

namespace System.Runtime
{
    /// <summary>Gives a method a name in the object file.</summary>
    public sealed class RuntimeExportAttribute : Attribute
    {
        /// <summary>Names it.</summary>
        public RuntimeExportAttribute(string entry) => _ = entry;
    }

    /// <summary>Names a method of the object file.</summary>
    public sealed class RuntimeImportAttribute : Attribute
    {
        /// <summary>Names it.</summary>
        public RuntimeImportAttribute(string entry) => _ = entry;
    }
}
