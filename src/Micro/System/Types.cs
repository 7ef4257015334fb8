namespace System;

/// <summary>The base of structures.</summary>
public abstract class ValueType;

/// <summary>The base of enumerations.</summary>
public abstract class Enum : ValueType;

/// <summary>A value or none; the compiler asks for it.</summary>
/// <typeparam name="T">The value.</typeparam>
public struct Nullable<T>
    where T : struct;

/// <summary>Text; there is none on the device.</summary>
public sealed class String
{
    /// <summary>Its length in code units.</summary>
    public readonly int Length;
}

/// <summary>The base of arrays; there are none on the device.</summary>
public abstract class Array;

/// <summary>The base of delegates; there are none on the device.</summary>
public abstract class Delegate;

/// <summary>The base of delegates; there are none on the device.</summary>
public abstract class MulticastDelegate : Delegate;

/// <summary>Names a type.</summary>
public struct RuntimeTypeHandle;

/// <summary>Names a method.</summary>
public struct RuntimeMethodHandle;

/// <summary>Names a field: the data of a constant span.</summary>
public struct RuntimeFieldHandle;
