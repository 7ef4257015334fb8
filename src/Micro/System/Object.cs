namespace System;

/// <summary>The root of all types. No object is ever made: the field is where a type's pointer would be.</summary>
public class Object
{
#pragma warning disable CS0169, IDE0051 // ILC lays objects out by this field.
    private readonly IntPtr m_pEEType;
#pragma warning restore CS0169, IDE0051
}
